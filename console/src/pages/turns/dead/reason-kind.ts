/** What a dead letter's reason says, as far as the bridge's own words are known. */
export type ReasonKind =
  | "unreachable"
  | "timeout"
  | "not_public"
  | "rejected"
  | "server_error"
  | "crashed"
  | "internal"
  | "other";

const patterns: readonly (readonly [RegExp, ReasonKind])[] = [
  // Before "timeout": "the worker crashed or timed out".
  [/crashed|no worker completed/i, "crashed"],
  [/internal error/i, "internal"],
  [/not public/i, "not_public"],
  [/unreachable/i, "unreachable"],
  [/timeout|timed out/i, "timeout"],
  [/\bHTTP 5\d\d\b/, "server_error"],
  [/\bHTTP [34]\d\d\b/, "rejected"],
];

/** A reason is for people and may change; one that is not known has no explanation. */
export const reasonKindOf = (reason: string): ReasonKind =>
  patterns.find(([pattern]) => pattern.test(reason))?.[1] ?? "other";
