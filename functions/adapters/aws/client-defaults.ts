/**
 * What every AWS client is given. Two tries of two seconds: a call that hangs must neither use up the gateway's 29 s nor
 * outlast the heartbeat of a turn. Without `throwOnRequestTimeout` the SDK only logs a call that takes too long. Its
 * connections are kept alive, as the SDK does unless told otherwise.
 */
export const clientDefaults = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
};
