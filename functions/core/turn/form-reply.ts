import { formPrompt } from "#core/answer/form-text.ts";
import {
  type FieldValue,
  type FieldValues,
  type FormField,
  type FormInput,
  type InputForm,
  nextField,
} from "#core/answer/pause.ts";
import { sentences } from "#core/answer/sentences.ts";
import type { QuestionFile } from "#core/message/question-file.ts";
import { plainName } from "#core/shared/normalize.ts";

/** A user's message while a form is open. */
export interface ReplyContent {
  readonly text: string;
  readonly files: readonly QuestionFile[];
}

export type FormReply =
  /** The message does not belong to the form. */
  | { readonly status: "question"; readonly text: string }
  /** More is needed; `prompt` asks for it. */
  | { readonly status: "incomplete"; readonly values: FieldValues; readonly prompt: string }
  | { readonly status: "complete"; readonly input: FormInput };

/** A value, or why the message is none. */
type Reading<T> = { readonly value: T } | { readonly problem: string };

/** Stands for the default, and for "no more files": an empty message cannot be sent. */
const none = /^[-–—－]$/;

/** The entry with this name, or else with this number. */
const findEntry = <T>(
  entries: readonly T[],
  namesOf: (entry: T) => string[],
  text: string,
): T | undefined => {
  const wanted = plainName(text);
  const named = entries.find((entry) => namesOf(entry).some((name) => plainName(name) === wanted));
  return named ?? (/^\d{1,3}$/.test(wanted) ? entries[Number(wanted) - 1] : undefined);
};

/** The id of the action that the text names. */
export const findAction = ({ actions }: InputForm, text: string): string | undefined =>
  findEntry(actions, ({ id, title }) => [title, id], text)?.id;

const readText = (field: FormField, text: string): Reading<FieldValue> => {
  switch (field.type) {
    case "text":
      return { value: none.test(text) ? field.default : text };
    case "choice": {
      const value = findEntry(field.choices, (choice) => [choice], text);
      return value === undefined ? { problem: sentences.notAChoice } : { value };
    }
    case "file":
      return { problem: sentences.fileExpected };
    case "files":
      return none.test(text) ? { value: [] } : { problem: sentences.fileExpected };
  }
};

const readFiles = (field: FormField | undefined, files: readonly QuestionFile[]): Reading<FieldValue> => {
  const [first] = files;
  if (field?.type === "files") return { value: files.slice(0, field.maxFiles) };
  return field?.type === "file" && first ? { value: first } : { problem: sentences.textExpected };
};

/** Lines of the form "name: value". Lines without a name continue the value before them; those before the first are `rest`. */
const readNamedLines = ({ fields }: InputForm, text: string) => {
  const named = new Map<FormField, string[]>();
  const rest: string[] = [];
  let lines = rest;
  for (const line of text.split("\n")) {
    const colon = line.search(/[:：]/);
    const name = plainName(line.slice(0, Math.max(0, colon)));
    const field = fields.find((each) => plainName(each.name) === name);
    if (!field) {
      lines.push(line);
      continue;
    }
    lines = [line.slice(colon + 1)];
    named.set(field, lines);
  }
  return { named, rest };
};

/** Reads values given by name. The first or the last line may name the action. Undefined if the text has no name. */
const readNamed = (form: InputForm, before: FieldValues, text: string) => {
  const { named, rest } = readNamedLines(form, text);
  const [lastField, last = []] = [...named].at(-1) ?? [];
  if (!lastField) return undefined;
  const lastLine = last.length > 1 ? (last.at(-1) ?? "") : "";
  // A number may be part of a text.
  const isText = lastField.type === "text" && /^\s*\d+\s*$/.test(lastLine) && last.at(-2)?.trim() !== "";
  const trailing = isText ? undefined : findAction(form, lastLine);
  if (trailing !== undefined) last.pop();
  const action = trailing ?? findAction(form, rest.join("\n"));
  const values = { ...before };
  let problem: string | undefined;
  for (const [field, lines] of named) {
    const reading = readText(field, lines.join("\n").trim());
    if ("value" in reading) values[field.name] = reading.value;
    else problem ??= `${field.name}: ${reading.problem}`;
  }
  return { values, problem, action };
};

/**
 * Reads a message as the reply to a form: the next value, several as "name: value" lines, or the action. A message that
 * begins with "?" is a question beside the form.
 */
export const readFormReply = (form: InputForm, before: FieldValues, content: ReplyContent): FormReply => {
  const text = content.text.trim();
  const question = /^[?？]\s*(\S[\s\S]*)$/.exec(text)?.[1];
  if (question !== undefined) return { status: "question", text: question };

  const incomplete = (values: FieldValues, problem: string | undefined): FormReply => {
    const parts = [...(problem === undefined ? [] : [problem]), formPrompt(form, values)];
    const hint = problem === undefined ? [] : [sentences.otherQuestion];
    return { status: "incomplete", values, prompt: [...parts, ...hint].join("\n\n") };
  };
  const complete = (values: FieldValues, action: string): FormReply => ({
    status: "complete",
    input: { formId: form.id, action, values },
  });

  const named = content.files.length === 0 ? readNamed(form, before, text) : undefined;
  if (named) {
    const { values, problem, action } = named;
    const isReady = problem === undefined && !nextField(form, values) && action !== undefined;
    return isReady ? complete(values, action) : incomplete(values, problem);
  }
  const field = nextField(form, before);
  if (!field && content.files.length === 0) {
    const action = findAction(form, text);
    return action === undefined ? incomplete(before, sentences.notAChoice) : complete(before, action);
  }
  const reading =
    content.files.length > 0 || !field ? readFiles(field, content.files) : readText(field, text);
  if ("problem" in reading || !field)
    return incomplete(before, "problem" in reading ? reading.problem : undefined);
  return incomplete({ ...before, [field.name]: reading.value }, undefined);
};
