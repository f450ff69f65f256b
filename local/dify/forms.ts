import { randomBytes, randomUUID } from "node:crypto";
import { invalidParam, jsonReply, notFound, Refusal, type Reply } from "./http.ts";
import { asObject, type JsonObject, type JsonValue } from "./json.ts";
import type { StepOf } from "./profile.ts";

/** A form that a run waits for, as its events have it. */
export interface RunForm extends JsonObject {
  readonly form_id: string;
  readonly form_content: string;
  readonly inputs: readonly JsonObject[];
  readonly actions: readonly JsonObject[];
  /** Null if this API does not accept the form. */
  readonly form_token: string | null;
  readonly display_in_ui: boolean;
  readonly expiration_time: number;
}

/** Dify's default: 36 hours. */
const formLifeSeconds = 36 * 60 * 60;

export const newForm = ({ form, inputs, actions, isDisplayed }: StepOf<"pause">): RunForm => ({
  form_id: randomUUID(),
  form_content: form,
  inputs,
  actions: actions.map((action) => ({ ...action, button_style: "default" })),
  form_token: isDisplayed ? randomBytes(16).toString("base64url") : null,
  display_in_ui: isDisplayed,
  expiration_time: Math.floor(Date.now() / 1_000) + formLifeSeconds,
});

const formNotFound = (): Refusal => notFound("Form not found.");

const alreadySubmitted = ({ form_id }: RunForm): Refusal =>
  new Refusal(
    412,
    "human_input_form_submitted",
    `This form has already been submitted by another user, form_id=${form_id}`,
  );

/** A form and what becomes of it. */
export const makeFormState = (form: RunForm) => {
  const submitted = Promise.withResolvers<void>();
  let isSubmitted = false;
  const accept = (): void => {
    isSubmitted = true;
    submitted.resolve();
  };
  return {
    form,
    submitted: submitted.promise,
    isSubmitted: (): boolean => isSubmitted,
    accept,
    show: (): Reply => {
      if (isSubmitted) throw alreadySubmitted(form);
      const { form_content, inputs, actions, expiration_time } = form;
      const shown = { form_content, inputs, user_actions: actions, expiration_time };
      return jsonReply(200, { ...shown, resolved_default_values: {} });
    },
    /** Checks in the order of Dify's. Every input is needed, whatever the action. */
    submit: (body: JsonValue | undefined): Reply => {
      const { user, action, inputs } = asObject(body);
      if (typeof user !== "string") throw invalidParam("Arg user must be provided.");
      if (typeof action !== "string" || inputs === undefined) throw invalidParam("Field required");
      if (isSubmitted) throw alreadySubmitted(form);
      if (form.actions.every(({ id }) => id !== action)) {
        throw new Refusal(400, "invalid_form_data", `Invalid action: ${action}`);
      }
      const names = form.inputs.map((input) => String(input.output_variable_name));
      const missing = names.filter((name) => asObject(inputs)[name] === undefined);
      if (missing.length > 0) {
        throw new Refusal(400, "invalid_form_data", `Missing required inputs: ${missing.join(", ")}`);
      }
      accept();
      return jsonReply(200, {});
    },
  };
};

export type FormState = ReturnType<typeof makeFormState>;

/** @throws Refusal if there is no form. */
export const requireForm = (state: FormState | undefined): FormState => {
  if (state === undefined) throw formNotFound();
  return state;
};
