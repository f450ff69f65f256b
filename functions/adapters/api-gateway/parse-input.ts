import * as v from "valibot";
import { type BridgeError, callerError } from "#core/shared/errors.ts";
import { countOf, fieldPath, shorten } from "./field-path.ts";

/** Whether a field may contain a secret, by its name. A body or integrations sent as a string contain keys too. */
const isSecret = (path: string): boolean => /key|secret|auth|^body$|integrations(\[\d+\])?$/i.test(path);

/** Describes a value in few words. Arrays and objects are described by their size, as they may contain an API key. */
const describeSent = (path: string, value: unknown): string => {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "[]" : `an array of ${countOf(value.length, "item")}`;
  if (typeof value === "object" && value !== null) {
    const size = Object.keys(value).length;
    return size === 0 ? "{}" : `an object with ${countOf(size, "key")}`;
  }
  if (typeof value === "string" && isSecret(path)) return `a string of ${countOf(value.length, "character")}`;
  // A key that consists of digits may be sent without quotes.
  if (typeof value === "number" && /key|secret/i.test(path)) return "a number";
  return shorten(JSON.stringify(value) ?? typeof value);
};

const ruleOf = (issue: v.GenericIssue): string =>
  issue.kind === "schema" && issue.input === undefined ? "is required" : issue.message;

const receivedOf = (path: string, issue: v.GenericIssue): string => {
  switch (issue.type) {
    case "max_bytes":
      return `${issue.received} bytes`;
    case "max_length":
    case "max_entries":
      return typeof issue.input === "string" ? `${issue.received} characters` : String(issue.received);
    default:
      return describeSent(path, issue.input);
  }
};

const pathOf = (issue: v.GenericIssue): string =>
  fieldPath((issue.path ?? []).map(({ key }) => key)) || "body";

const toCallerError = (issue: v.GenericIssue): BridgeError => {
  const path = pathOf(issue);
  const tooLong =
    (issue.type === "max_length" || issue.type === "max_bytes") && typeof issue.input === "string";
  const rule = `${path}: ${ruleOf(issue)}`;
  const code = tooLong ? "parameter_too_long" : "bad_parameter";
  return callerError(code, `${rule}, got ${receivedOf(path, issue)}`, rule);
};

/** Whether an object's field is null and must not be. Entries of arrays are not fields. */
const isNullField = ({ input, path }: v.GenericIssue): boolean =>
  input === null && typeof path?.at(-1)?.key === "string";

const without = (value: unknown, issues: readonly v.GenericIssue[]): unknown => {
  const copy = structuredClone(value);
  for (const { path = [] } of issues) {
    let holder = copy;
    for (const { key } of path.slice(0, -1)) holder = Reflect.get(Object(holder), String(key));
    Reflect.deleteProperty(Object(holder), String(path.at(-1)?.key));
  }
  return copy;
};

/**
 * Parses input of a caller. For an optional field null is as if it were absent: serializers of several languages write it.
 * @throws BridgeError `bad_parameter` or `parameter_too_long` for the first invalid field: its path, the rule and the value.
 */
export const parseInput = <T extends v.GenericSchema>(schema: T, value: unknown): v.InferOutput<T> => {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const nulls = parsed.issues.filter(isNullField);
  if (nulls.length === 0) throw toCallerError(parsed.issues[0]);
  const again = v.safeParse(schema, without(value, nulls));
  if (again.success) return again.output;
  const [fault] = again.issues;
  // A required field is reported as it was sent.
  throw toCallerError(nulls.find((issue) => pathOf(issue) === pathOf(fault)) ?? fault);
};
