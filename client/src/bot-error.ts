/** The fields of a BotError other than its message. */
export interface BotErrorDetails {
  readonly code: number | string;
  readonly status?: number | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/**
 * Any failure of the bridge or of the connection to it. `message` is for logs and developers; `code` is for decisions:
 * the bridge's number for a rejected call, its string for a failed answer (`timeout`, `model`, …), or one of this
 * library's: `unreachable`, `broken_off`, `silent`, `bad_answer`.
 */
export class BotError extends Error {
  override readonly name = "BotError";
  readonly code: number | string;
  /** The HTTP status of a rejected call; undefined if there was none. */
  readonly status: number | undefined;
  /** Whether sending the question again may work. Retries within a call have already been used up. */
  readonly retryable: boolean;
  /** How long the bridge asks callers to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, { code, status, retryable, retryAfterMs, cause }: BotErrorDetails) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = status;
    this.retryable = retryable;
    this.retryAfterMs = retryAfterMs;
  }
}
