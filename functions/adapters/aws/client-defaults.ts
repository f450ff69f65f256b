/** More calls than the turns of one environment, at most 128, make at the same time. */
const agent = { maxSockets: 1_000 };

/**
 * Options of every AWS client. Two attempts of two seconds each: a call that hangs must neither use up API Gateway's 29 s nor
 * delay the heartbeat of a turn. Without `throwOnRequestTimeout` the SDK only logs a call that takes too long. Connections
 * are kept alive, which is the SDK's default. Its default of 50 connections is not enough for an environment with many turns:
 * a call that waits for one counts as a connection that takes too long.
 */
export const clientDefaults = {
  maxAttempts: 2,
  requestHandler: {
    connectionTimeout: 1_000,
    requestTimeout: 2_000,
    throwOnRequestTimeout: true,
    httpAgent: agent,
    httpsAgent: agent,
  },
};

/**
 * Removes the middleware that describes the SDK and its configuration in each request: a fifth of what a call costs. AWS does
 * not need the description.
 */
export const withoutUserAgent = <
  Client extends { readonly middlewareStack: { remove(middleware: string): boolean } },
>(
  client: Client,
): Client => {
  client.middlewareStack.remove("getUserAgentMiddleware");
  return client;
};
