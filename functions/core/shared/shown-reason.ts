/** An error that was converted to a string: the name of its class comes first. */
const thrown = /^(?<name>[A-Z]\w*): (?<message>.*)$/s;

/** Of a resource of the deployment. It has the account's id. */
const arn = /\barn:aws[\w-]*:\S+/g;

/**
 * A stored reason for the app's server. Errors of AWS and of Node may name what is inside the deployment: only their names are shown,
 * and the log has the rest. The bridge's own errors contain only ARNs.
 */
export const shownReason = (reason: string): string => {
  const { name, message = "" } = thrown.exec(reason)?.groups ?? {};
  if (name !== undefined && name !== "BridgeError") return `internal error (${name})`;
  return (name === undefined ? reason : message).replaceAll(arn, "(ARN)");
};
