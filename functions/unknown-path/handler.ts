import { makeApiHandler } from "../adapters/api-gateway/api-handler.ts";
import { makeJsonLog } from "../adapters/node/json-log.ts";
import { callerError } from "../core/errors.ts";

/** Answers every path that is not ours: left to itself, API Gateway says 403, and quotes what it was sent. */
export const handler = makeApiHandler(makeJsonLog(), async () => {
  throw callerError("not_found", "no such path");
});
