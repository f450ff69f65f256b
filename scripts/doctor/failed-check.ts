import { explainAwsError, isAccessDenied } from "../command/explain-aws-error.ts";
import { type Finding, note, problem } from "./check.ts";

/** What to report of a check that could not ask. That the caller may not ask says nothing about the deployment. */
export const failedCheck = (error: unknown): Finding => {
  const cause = error instanceof Error ? error.cause : undefined;
  if (isAccessDenied(error) || isAccessDenied(cause)) return note(`not checked: ${explainAwsError(error)}`);
  return problem(`not checked: ${explainAwsError(error)}`, "remove the cause and run this again");
};
