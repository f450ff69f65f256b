import type { UIMessage } from "ai";
import type { FormInput } from "../input-form.ts";
import { isJsonObject } from "../json.ts";
import type { BotForm, BotMessageParts } from "./ui-message.ts";

/** A form of a turn as the user filled it in, on its way through `sendMessage`. */
export interface FilledForm extends FormInput {
  readonly turn: string;
  readonly form: string;
}

/** Options for `sendMessage(undefined, …)`: fills in a form; the answer goes on in the message that shows it. */
export const fillIn = (
  { turn, id }: BotForm,
  action: string,
  inputs: NonNullable<FormInput["inputs"]> = {},
): { readonly body: { readonly filledForm: FilledForm } } => ({
  body: { filledForm: { turn, form: id, action, inputs } },
});

const isFilledForm = (value: unknown): value is FilledForm =>
  isJsonObject(value) &&
  [value.turn, value.form, value.action].every((each) => typeof each === "string") &&
  isJsonObject(value.inputs);

/** The form that the options of `sendMessage` fill in; undefined if they fill in none. */
export const filledFormIn = (body: object | undefined): FilledForm | undefined =>
  body && "filledForm" in body && isFilledForm(body.filledForm) ? body.filledForm : undefined;

const isPart = (value: unknown): boolean => isJsonObject(value) && typeof value.type === "string";

/** Whether these are the parts of a message that this library wrote. */
export const areParts = (value: unknown): value is BotMessageParts =>
  Array.isArray(value) && value.every(isPart);

/**
 * The parts of the message that shows the form, with the form filled in.
 * @throws Error if it is not the last message: `useChat` appends the rest of the answer there.
 */
export const partsBefore = (
  messages: readonly UIMessage[],
  { turn, ...filledIn }: FilledForm,
): BotMessageParts => {
  const { id, parts } = messages.at(-1) ?? {};
  if (id !== turn || !areParts(parts)) throw new Error("Only the form of the last answer can be filled in.");
  return parts.map((part) =>
    part.type === "data-form" && part.id === filledIn.form
      ? { ...part, data: { ...part.data, filledIn } }
      : part,
  );
};
