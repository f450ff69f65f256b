export interface BotErrorDetails {
  readonly code: number | string;
  readonly status?: number | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/**
 * Whatever the bridge, or the way to it, did not do. `message` is for logs and developers; `code` is what to decide by:
 * the bridge's number where it refused a call, its word where an answer failed on the way (`timeout`, `model`, …), and of
 * this library `unreachable`, `broken_off`, `silent` and `bad_answer`.
 */
export class BotError extends Error {
  override readonly name = "BotError";
  readonly code: number | string;
  /** The HTTP status of a refused call; undefined where there was none. */
  readonly status: number | undefined;
  /** Whether the same may work when it is asked anew. What could be tried again within a call has been tried by then. */
  readonly retryable: boolean;
  /** How long the bridge asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, { code, status, retryable, retryAfterMs, cause }: BotErrorDetails) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = status;
    this.retryable = retryable;
    this.retryAfterMs = retryAfterMs;
  }
}
