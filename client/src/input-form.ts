import { isJsonObject, type JsonObject } from "./json.ts";
import type { QuestionFile } from "./question.ts";

/** A field of a form. Each needs a value. Newer bridges may send other types. */
export type FormField =
  | { readonly type: "text"; readonly name: string; readonly default: string }
  | { readonly type: "choice"; readonly name: string; readonly choices: readonly string[] }
  | { readonly type: "file"; readonly name: string }
  | { readonly type: "files"; readonly name: string; readonly maxFiles: number };

/** A form that a paused answer waits for. */
export interface InputForm {
  readonly id: string;
  /** What the user is asked, as Markdown. Fields are `[name]` or `[name: choice / choice]`. */
  readonly text: string;
  readonly fields: readonly FormField[];
  /** The buttons below the form. */
  readonly actions: readonly { readonly id: string; readonly title: string }[];
  /** When the form can no longer be filled in, in milliseconds since the epoch; undefined if it does not expire. */
  readonly expiresAt?: number | undefined;
}

/** A form as the user filled it in. */
export interface FormInput {
  /** The form's id. Default: the form that the turn waits for now. */
  readonly form?: string | undefined;
  /** The id of the action. */
  readonly action: string;
  /** The values by the name of the field. */
  readonly inputs?: Readonly<Record<string, string | QuestionFile | readonly QuestionFile[]>> | undefined;
}

const isForm = (value: JsonObject): value is JsonObject & InputForm =>
  typeof value.id === "string" &&
  typeof value.text === "string" &&
  Array.isArray(value.fields) &&
  Array.isArray(value.actions);

/** Null if there is no form. */
export const parseForm = (value: unknown): InputForm | null =>
  isJsonObject(value) && isForm(value) ? value : null;
