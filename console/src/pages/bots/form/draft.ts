import type { Field, ObjectField } from "./field.ts";

export type Pair = readonly [key: string, value: string];

/**
 * A value as it is being typed. Numbers are strings, since half a number is not a number; the keys of pairs may be equal for a
 * moment. Undefined: omitted.
 */
export type Draft = string | boolean | readonly string[] | readonly Pair[] | DraftObject | undefined;
export interface DraftObject {
  readonly [name: string]: Draft;
}

// A draft has the shape of its field. What has another one counts as empty.
const isPair = (entry: unknown): entry is Pair => Array.isArray(entry) && entry.length === 2;
const isString = (entry: unknown): entry is string => typeof entry === "string";
const isDraftObject = (draft: Draft): draft is DraftObject =>
  typeof draft === "object" && !Array.isArray(draft);
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const textOf = (draft: Draft): string => (typeof draft === "string" ? draft : "");
export const listOf = (draft: Draft): readonly string[] =>
  Array.isArray(draft) ? draft.filter(isString) : [];
export const pairsOf = (draft: Draft): readonly Pair[] => (Array.isArray(draft) ? draft.filter(isPair) : []);
export const objectOf = (draft: Draft): DraftObject => (isDraftObject(draft) ? draft : {});

/** Whether a list that is omitted differs from an empty one. */
export const hasDefaultEntries = ({ default: entries }: Field): boolean =>
  Array.isArray(entries) && entries.length > 0;

const draftOf = (field: Field, value: unknown): Draft => {
  if (value === undefined) return undefined;
  switch (field.kind) {
    case "text":
    case "choice":
    case "number":
      return String(value);
    case "boolean":
      return value === true;
    case "list":
      return Array.isArray(value) ? value.map(String) : [];
    case "pairs":
      return isObject(value) ? Object.entries(value).map(([key, each]) => [key, String(each)] as const) : [];
    case "object":
      return draftOfFields(field.fields, value);
  }
};

/** What a form begins with to edit a value, such as the stored one. */
export const draftOfFields = (fields: readonly Field[], value: unknown): DraftObject => {
  const given = isObject(value) ? value : {};
  return Object.fromEntries(fields.map((field) => [field.name, draftOf(field, given[field.name])]));
};

const decimal = /^\s*-?\d+(\.\d+)?\s*$/;

/** A string that is not a number is sent as it is: the schema says what is wrong with it. */
const numberOf = (text: string): number | string => (decimal.test(text) ? Number(text) : text);

const objectValue = ({ fields, isRequired }: ObjectField, draft: Draft): object | undefined => {
  const value = valueOfFields(fields, objectOf(draft));
  return isRequired || Object.keys(value).length > 0 ? value : undefined;
};

/** What is sent for a draft; undefined: it is omitted, as what is empty and may be omitted is. */
const sentValue = (field: Field, draft: Draft): unknown => {
  switch (field.kind) {
    case "text": {
      const text = textOf(draft);
      return text === "" && !field.isRequired ? undefined : text;
    }
    case "number": {
      const text = textOf(draft);
      return text.trim() === "" && !field.isRequired ? undefined : numberOf(text);
    }
    case "boolean":
    case "choice":
      return draft;
    case "list": {
      if (draft === undefined) return undefined;
      const entries = listOf(draft);
      return entries.length === 0 && !field.isRequired && !hasDefaultEntries(field) ? undefined : entries;
    }
    case "pairs":
      return Object.fromEntries(pairsOf(draft));
    case "object":
      return objectValue(field, draft);
  }
};

export const valueOfFields = (fields: readonly Field[], draft: DraftObject): Record<string, unknown> =>
  Object.fromEntries(
    fields.flatMap((field) => {
      const value = sentValue(field, draft[field.name]);
      return value === undefined ? [] : [[field.name, value]];
    }),
  );

/** Replaces the draft at a path of names. */
export const setIn = (object: DraftObject, [name, ...rest]: readonly string[], value: Draft): DraftObject => {
  if (name === undefined) return object;
  return { ...object, [name]: rest.length === 0 ? value : setIn(objectOf(object[name]), rest, value) };
};

export const getIn = (object: DraftObject, path: readonly string[]): Draft =>
  path.reduce<Draft>((draft, name) => objectOf(draft)[name], object);

/** Whether the value is sent and differs from its default. */
export const isSet = (field: Field, draft: Draft): boolean => {
  const value = sentValue(field, draft);
  return value !== undefined && JSON.stringify(value) !== JSON.stringify(field.default);
};
