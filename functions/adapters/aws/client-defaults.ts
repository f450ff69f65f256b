import { Sha256 } from "./sha256.ts";

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
  sha256: Sha256,
  requestHandler: {
    connectionTimeout: 1_000,
    requestTimeout: 2_000,
    throwOnRequestTimeout: true,
    httpAgent: agent,
    httpsAgent: agent,
  },
};

/** It describes the SDK in a header of each request, which AWS does not need, and logs although no logger is set. */
const unneededMiddleware = ["getUserAgentMiddleware", "loggerMiddleware"];

/** Removes middleware without a use here: a fifth of what a call costs. */
export const withoutUnneededMiddleware = <
  Client extends { readonly middlewareStack: { remove(middleware: string): boolean } },
>(
  client: Client,
): Client => {
  for (const middleware of unneededMiddleware) client.middlewareStack.remove(middleware);
  return client;
};
