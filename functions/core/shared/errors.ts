/** Stable names of what can go wrong; each boundary maps them once to its own codes. */
export type ErrorCode =
  | "internal"
  | "unknown_app"
  | "bad_parameter"
  | "empty_body"
  | "bad_signature"
  | "bad_token"
  | "parameter_too_long"
  | "upstream_unavailable"
  | "upstream_refused"
  | "upstream_timeout"
  | "rate_limited"
  /** The IM has ended the stream message that was to go on. */
  | "stream_ended"
  | "not_found"
  | "forbidden"
  /** What is asked for cannot be had as things stand. */
  | "conflict";

export interface ErrorTraits {
  /** Whether the same call may succeed later. */
  readonly retryable?: boolean;
  /** Whether `message` may be shown to the caller; a message that is not stays in the logs. */
  readonly expose?: boolean;
  /** How long the other side asked to be left alone, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** Whether the other side may have done all the same what it did not confirm. */
  readonly uncertain?: boolean;
  /** The message without what was sent, which may be what a user said: for a log. */
  readonly logSafeMessage?: string;
  readonly cause?: unknown;
}

/** The one error that this project throws on purpose. */
export class BridgeError extends Error {
  override readonly name = "BridgeError";
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly expose: boolean;
  readonly retryAfterMs: number | undefined;
  readonly uncertain: boolean;
  readonly logSafeMessage: string;

  constructor(code: ErrorCode, message: string, traits: ErrorTraits = {}) {
    super(message, { cause: traits.cause });
    this.code = code;
    this.retryable = traits.retryable ?? false;
    this.expose = traits.expose ?? false;
    this.retryAfterMs = traits.retryAfterMs;
    this.uncertain = traits.uncertain ?? false;
    this.logSafeMessage = traits.logSafeMessage ?? message;
  }
}

/** An error whose message is meant for the caller: it names the field, the rule and what was sent. */
export const callerError = (code: ErrorCode, message: string, logSafeMessage = message): BridgeError =>
  new BridgeError(code, message, { expose: true, logSafeMessage });
