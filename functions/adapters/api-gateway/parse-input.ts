import * as v from "valibot";
import { type BridgeError, callerError } from "#core/shared/errors.ts";
import { countOf, fieldPath, shorten } from "#core/shared/field-path.ts";

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

/** What the value of an issue must be. */
export const ruleOf = (issue: v.GenericIssue): string =>
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

/** Where the value of an issue is. */
export const keysOf = (issue: v.GenericIssue): unknown[] => (issue.path ?? []).map(({ key }) => key);

const toCallerError = (issue: v.GenericIssue): BridgeError => {
  const path = fieldPath(keysOf(issue)) || "body";
  const tooLong =
    (issue.type === "max_length" || issue.type === "max_bytes") && typeof issue.input === "string";
  const rule = `${path}: ${ruleOf(issue)}`;
  const code = tooLong ? "parameter_too_long" : "bad_parameter";
  return callerError(code, `${rule}, got ${receivedOf(path, issue)}`, rule);
};

/** Whether an object's field is null and must not be. Entries of arrays are not fields. */
const isNullField = (issue: v.GenericIssue): boolean =>
  issue.input === null && typeof keysOf(issue).at(-1) === "string";

/** Without the fields that are null, at any depth. Parsed JSON has a limited depth. */
const withoutNulls = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, each]) => (each === null ? [] : [[name, withoutNulls(each)]])),
  );
};

/** Not all issues: half a million invalid entries of an array are that many. */
const firstIssue = { abortEarly: true };

/**
 * Parses input of a caller. For an optional field null is as if it were absent: serializers of several languages write it.
 * @throws BridgeError `bad_parameter` or `parameter_too_long` for the first invalid field: its path, the rule and the value.
 */
export const parseInput = <T extends v.GenericSchema>(schema: T, value: unknown): v.InferOutput<T> => {
  const parsed = v.safeParse(schema, value, firstIssue);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  if (!isNullField(issue)) throw toCallerError(issue);
  const again = v.safeParse(schema, withoutNulls(value), firstIssue);
  if (again.success) return again.output;
  const [fault] = again.issues;
  // A required field that is null is reported as it was sent.
  throw toCallerError(fieldPath(keysOf(fault)) === fieldPath(keysOf(issue)) ? issue : fault);
};
