import type { BotErrorCode } from "./error-codes.ts";

/** The fields of a BotError other than its message. */
export interface BotErrorDetails {
  readonly code: BotErrorCode;
  readonly status?: number | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs?: number | undefined;
  readonly requestId?: string | undefined;
  readonly cause?: unknown;
}

/** Any failure of the bridge or of the connection to it. `message` is for logs and developers; `code` is for decisions. */
export class BotError extends Error {
  override readonly name = "BotError";
  readonly code: BotErrorCode;
  /** The HTTP status of a rejected call; undefined if there was none. */
  readonly status: number | undefined;
  /** Whether sending the question again may work. Retries within a call have already been used up. */
  readonly retryable: boolean;
  /** How long the bridge asks callers to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** The bridge's id of the failed request, which its log lines have; undefined if there was no reply. */
  readonly requestId: string | undefined;

  constructor(message: string, { code, status, retryable, retryAfterMs, requestId, cause }: BotErrorDetails) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = status;
    this.retryable = retryable;
    this.retryAfterMs = retryAfterMs;
    this.requestId = requestId;
  }
}
