import { BridgeError, type ErrorCode } from "#core/shared/errors.ts";

interface ApiError {
  readonly status: number;
  readonly code: number;
}

/** The HTTP status and RongCloud's code of each error (docs/spec/rongcloud.md, section 3). */
const apiErrors: Record<ErrorCode, ApiError> = {
  internal: { status: 500, code: 1000 },
  unknown_app: { status: 401, code: 1001 },
  bad_parameter: { status: 400, code: 1002 },
  empty_body: { status: 400, code: 1003 },
  bad_signature: { status: 401, code: 1004 },
  bad_token: { status: 401, code: 1004 },
  parameter_too_long: { status: 400, code: 1005 },
  upstream_unavailable: { status: 500, code: 1000 },
  upstream_refused: { status: 500, code: 1000 },
  upstream_timeout: { status: 504, code: 1050 },
  rate_limited: { status: 429, code: 1008 },
  text_refused: { status: 500, code: 1000 },
  stream_ended: { status: 500, code: 1000 },
  payload_too_large: { status: 413, code: 1005 },
  unsupported_media_type: { status: 415, code: 415 },
  not_found: { status: 404, code: 404 },
  forbidden: { status: 403, code: 403 },
  conflict: { status: 409, code: 409 },
};

export const internalErrorMessage = "internal error, please try again";

export interface ApiFailure {
  readonly status: number;
  readonly body: { readonly code: number; readonly errorMessage: string };
}

/** The error response for a caller. Its message is the error's own only if that is meant for the caller (`expose`). */
export const toApiFailure = (error: unknown): ApiFailure => {
  const bridgeError =
    error instanceof BridgeError ? error : new BridgeError("internal", internalErrorMessage);
  const { status, code } = apiErrors[bridgeError.code];
  return {
    status,
    body: { code, errorMessage: bridgeError.expose ? bridgeError.message : internalErrorMessage },
  };
};

/** A `Retry-After` header in whole seconds, at least 1; empty unless the error is meant for the caller and has a delay. */
export const retryAfterHeader = (error: unknown): Readonly<Record<string, string>> => {
  if (!(error instanceof BridgeError && error.expose) || error.retryAfterMs === undefined) return {};
  return { "retry-after": String(Math.max(1, Math.ceil(error.retryAfterMs / 1000))) };
};
