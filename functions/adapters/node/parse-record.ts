import * as v from "valibot";
import { BridgeError } from "#core/shared/errors.ts";

/** What is wrong, by path and rule. Never the value: it may be a secret, or what a user said. */
const describeIssues = (issues: readonly v.GenericIssue[]): string =>
  issues
    .map((issue) => `${v.getDotPath(issue) ?? "all of it"} (expected ${issue.expected ?? issue.type})`)
    .join(", ");

/**
 * Parses what we ourselves once stored or sent.
 * @throws BridgeError `internal`, naming what is not of its form.
 */
export const parseRecord = <T extends v.GenericSchema>(
  schema: T,
  value: unknown,
  what: string,
): v.InferOutput<T> => {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  throw new BridgeError("internal", `${what} is not of its form: ${describeIssues(parsed.issues)}`);
};
