import * as v from "valibot";
import { type BridgeError, callerError } from "../../core/errors.ts";

const longestEcho = 80;

/** What was sent, shortened; of a field called a key or a secret only its kind and length. */
const describeSent = (path: string, value: unknown): string => {
  if (value === undefined) return "nothing";
  if (typeof value === "string" && /key|secret/i.test(path)) return `a text of ${value.length} characters`;
  const shown = JSON.stringify(value) ?? typeof value;
  return shown.length > longestEcho ? `${shown.slice(0, longestEcho)}…` : shown;
};

/** `integrations[1].callbackUrl`. */
const pathOf = (issue: v.GenericIssue): string =>
  (issue.path ?? []).reduce((path, { key }) => {
    if (typeof key === "number") return `${path}[${key}]`;
    return path === "" ? String(key) : `${path}.${String(key)}`;
  }, "");

const ruleOf = (issue: v.GenericIssue): string =>
  issue.kind === "schema" && issue.input === undefined ? "is required" : issue.message;

const toCallerError = (issue: v.GenericIssue): BridgeError => {
  const path = pathOf(issue) || "body";
  const tooLong =
    (issue.type === "max_length" || issue.type === "max_bytes") && typeof issue.input === "string";
  const sent = tooLong ? `${issue.received} characters` : describeSent(path, issue.input);
  return callerError(
    tooLong ? "parameter_too_long" : "bad_parameter",
    `${path}: ${ruleOf(issue)}, got ${sent}`,
  );
};

/** @throws BridgeError naming the first field that breaks a rule, the rule, and what was sent. */
export const parseInput = <T extends v.GenericSchema>(schema: T, value: unknown): v.InferOutput<T> => {
  const parsed = v.safeParse(schema, value, { abortEarly: true });
  if (parsed.success) return parsed.output;
  throw toCallerError(parsed.issues[0]);
};
