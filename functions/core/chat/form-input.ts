import {
  type FieldValue,
  type FieldValues,
  type FormField,
  type FormInput,
  type InputForm,
  isFileList,
} from "#core/answer/pause.ts";
import { callerError } from "#core/shared/errors.ts";
import { fieldPath } from "#core/shared/field-path.ts";
import { wellFormed } from "#core/shared/well-formed.ts";
import { toWellFormedFile } from "#core/turn/question.ts";

const toWellFormed = (value: FieldValue): FieldValue => {
  if (typeof value === "string") return wellFormed(value);
  return isFileList(value) ? value.map(toWellFormedFile) : toWellFormedFile(value);
};

/** The problem with a field's value, or undefined. */
const problemOf = (field: FormField, value: FieldValue | undefined): string | undefined => {
  if (value === undefined) return "is missing; every field of the form needs a value";
  switch (field.type) {
    case "text":
      return typeof value === "string" ? undefined : "must be a string";
    case "choice":
      return typeof value === "string" && field.choices.includes(value)
        ? undefined
        : `must be one of ${field.choices.join(", ")}`;
    case "file":
      return typeof value === "object" && !isFileList(value) ? undefined : "must be a file";
    case "files":
      if (typeof value === "string" || !isFileList(value)) return "must be an array of files";
      return value.length <= field.maxFiles ? undefined : `at most ${field.maxFiles} files`;
  }
};

/** Checks what a client entered. @throws BridgeError `bad_parameter` that names the field. */
export const checkFormInput = (form: InputForm, action: string, inputs: FieldValues): FormInput => {
  const { id: formId, fields, actions } = form;
  if (!actions.some(({ id }) => id === action)) {
    const ids = actions.map(({ id }) => id).join(", ");
    throw callerError(
      "bad_parameter",
      `action: must be one of ${ids}, got ${JSON.stringify(action)}`,
      "action: is not one of the form",
    );
  }
  const unknown = Object.keys(inputs).find((name) => fields.every((field) => field.name !== name));
  if (unknown !== undefined) {
    throw callerError(
      "bad_parameter",
      `${fieldPath(["inputs", unknown])}: is not a field of the form`,
      "inputs: unknown field",
    );
  }
  for (const field of fields) {
    const problem = problemOf(field, inputs[field.name]);
    // What an app offers to choose from may be confidential.
    if (problem !== undefined) {
      throw callerError(
        "bad_parameter",
        `${fieldPath(["inputs", field.name])}: ${problem}`,
        `inputs: a ${field.type} is invalid`,
      );
    }
  }
  const values = Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name, toWellFormed(value)]),
  );
  return { formId, action, values };
};
