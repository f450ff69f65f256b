import type { DeadLetterCause } from "./job.ts";

/** An error that was converted to a string. */
const thrown = /^(?<name>[A-Za-z]\w*): (?<message>.*)$/s;

/** Of a resource of the deployment. It has the account's id. */
const arn = /\barn:aws[\w-]*:\S+/g;

/**
 * The reason of a dead letter for the app's server. Errors of AWS and of Node may name what is inside the deployment: only their
 * names are shown, and the log has the rest. The bridge's own errors name nothing of the kind but ARNs.
 */
export const shownReason = (cause: DeadLetterCause | undefined): string => {
  if (cause === undefined) return "no worker completed it";
  const { name, message = "" } = thrown.exec(cause.reason)?.groups ?? {};
  if (name === undefined) return cause.reason;
  return name === "BridgeError" ? message.replaceAll(arn, "(ARN)") : `internal error (${name})`;
};
