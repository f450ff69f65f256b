/**
 * Options of every AWS client. Two attempts of two seconds each: a call that hangs must neither use up API Gateway's 29 s nor
 * delay the heartbeat of a turn. Without `throwOnRequestTimeout` the SDK only logs a call that takes too long. Connections
 * are kept alive, which is the SDK's default.
 */
export const clientDefaults = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
};
