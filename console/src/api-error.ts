/** A call that was rejected or did not arrive. `message` is the bridge's own: it names the field, the rule and the value. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** The HTTP status; undefined if there was no reply. */
  readonly status: number | undefined;
  /** The bridge's code. */
  readonly code: number | undefined;
  readonly requestId: string | undefined;

  constructor(
    message: string,
    details: {
      readonly status?: number | undefined;
      readonly code?: number | undefined;
      readonly requestId?: string | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: details.cause });
    this.status = details.status;
    this.code = details.code;
    this.requestId = details.requestId;
  }
}
