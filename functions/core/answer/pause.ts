import type { QuestionFile } from "#core/message/question-file.ts";

/** A field of a form, by what a person may enter. Each one must have a value, whichever action is chosen. */
export type FormField =
  /** `default`: a value to suggest; may be empty. */
  | { readonly type: "text"; readonly name: string; readonly default: string }
  | { readonly type: "choice"; readonly name: string; readonly choices: readonly string[] }
  | { readonly type: "file"; readonly name: string }
  /** No file is a value too. */
  | { readonly type: "files"; readonly name: string; readonly maxFiles: number };

/** A form that a person fills in so that an answer continues. */
export interface InputForm {
  readonly id: string;
  /** What the person is asked, as Markdown. */
  readonly text: string;
  readonly fields: readonly FormField[];
  /** The buttons below the form; at least one. */
  readonly actions: readonly { readonly id: string; readonly title: string }[];
  /** When the form can no longer be filled in, in milliseconds since the epoch. */
  readonly expiresAt?: number;
}

/** The state of an answer that continues after human input. */
export interface Pause {
  /** The model's reference for continuing it; see `Model.resume`. Absent if the model cannot. */
  readonly reference?: string;
  /** The form, if the user may fill it in. If not, somebody else is asked, elsewhere. */
  readonly form?: InputForm;
  /** What somebody else is asked, as Markdown, if known. */
  readonly notice?: string;
  /** When the model stops waiting, in milliseconds since the epoch. */
  readonly expiresAt?: number;
}

export type FieldValue = string | QuestionFile | readonly QuestionFile[];
export const isFileList = (value: FieldValue): value is readonly QuestionFile[] => Array.isArray(value);

/** A form's values by the name of the field. */
export type FieldValues = Readonly<Record<string, FieldValue>>;

/** A form as a person filled it in. */
export interface FormInput {
  readonly formId: string;
  /** The id of the action. */
  readonly action: string;
  readonly values: FieldValues;
}

/** `now`: in milliseconds since the epoch. */
export const isFormExpired = ({ expiresAt = Number.POSITIVE_INFINITY }: InputForm, now: number): boolean =>
  expiresAt <= now;

/** The first field without a value. */
export const nextField = ({ fields }: InputForm, values: FieldValues): FormField | undefined =>
  fields.find(({ name }) => values[name] === undefined);
