/** Stable error codes; each boundary maps them to its own codes in one place. */
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
  /** The IM does not accept this text, such as a sensitive word. */
  | "text_refused"
  /** The IM has already closed the stream message. */
  | "stream_ended"
  | "payload_too_large"
  | "unsupported_media_type"
  | "not_found"
  | "forbidden"
  /** The request conflicts with the current state. */
  | "conflict";

export interface ErrorTraits {
  /** Whether the same call may succeed later. */
  readonly retryable?: boolean;
  /** Whether `message` may be shown to the caller; otherwise it is only logged. */
  readonly expose?: boolean;
  /** How long the other side asked to wait before the next call, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** Whether the call may have succeeded although it was not confirmed. */
  readonly uncertain?: boolean;
  /** The message for logs, without the rejected value, which may be a user's text. Default: `message`. */
  readonly logSafeMessage?: string;
  readonly cause?: unknown;
}

/** The only error type that this project throws deliberately. */
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

/** An error whose message is shown to the caller: it names the field, the rule and the value sent. */
export const callerError = (code: ErrorCode, message: string, logSafeMessage = message): BridgeError =>
  new BridgeError(code, message, { expose: true, logSafeMessage });
