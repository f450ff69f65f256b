// Before the handler's module, which uses the global of Lambda's runtime.
import "#adapters/web-host/awslambda.ts";

import * as v from "valibot";
import { nonEmptyString, parseEnvironment, positiveInteger } from "#adapters/node/environment.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { readGatewaySecret } from "#adapters/web-host/gateway-secret.ts";
import { listenAddress } from "#adapters/web-host/listen-address.ts";
import { serveUntilSignal } from "#adapters/web-host/serve-until-signal.ts";
import { makeWebHost, type StreamingHandler } from "#adapters/web-host/web-host.ts";
import { handler } from "./handler.ts";
import { routeKeys } from "./route-keys.ts";

// chat-stream as an HTTP server, for many answers at once: a Lambda Web Function (`chat.host`), or any machine with the
// environment of the function and these variables.
const env = parseEnvironment(
  v.object({
    AWS_LAMBDA_HTTP_ENDPOINT: listenAddress,
    TIMEOUT_SECONDS: positiveInteger,
    /** The secret that only API Gateway sends. Omitted: the server is not reachable past the gateway. */
    GATEWAY_SECRET_ID: v.exactOptional(nonEmptyString),
  }),
);
const log = makeJsonLog();
const timeoutMs = env.TIMEOUT_SECONDS * 1000;

const gatewaySecret =
  env.GATEWAY_SECRET_ID === undefined
    ? undefined
    : await readGatewaySecret({ secretId: env.GATEWAY_SECRET_ID });

await serveUntilSignal({
  host: makeWebHost({
    // middy declares the handler for Lambda's runtime, which calls it with a stream too.
    handler: handler as unknown as StreamingHandler,
    routes: routeKeys,
    timeoutMs,
    gatewaySecret,
    clock,
    log,
  }),
  address: env.AWS_LAMBDA_HTTP_ENDPOINT,
  graceMs: timeoutMs,
  log,
});
