import * as v from "valibot";
import { BridgeError } from "#core/shared/errors.ts";

/** Describes issues by path and expected type, without values, which may be secrets or user content. */
const describeIssues = (issues: readonly v.GenericIssue[]): string =>
  issues
    .map((issue) => `${v.getDotPath(issue) ?? "value"} (expected ${issue.expected ?? issue.type})`)
    .join(", ");

/**
 * Parses data that the bridge itself stored or sent. `what` names it in the error message.
 * @throws BridgeError `internal`, naming the invalid fields.
 */
export const parseRecord = <T extends v.GenericSchema>(
  schema: T,
  value: unknown,
  what: string,
): v.InferOutput<T> => {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  throw new BridgeError("internal", `${what} is invalid: ${describeIssues(parsed.issues)}`);
};
