import { join } from "node:path";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";
import { clientDefaults } from "#adapters/aws/client-defaults.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { makeStreamedHandler } from "#adapters/lambda-stream/streamed-handler.ts";
import { commaSeparated, parseEnvironment } from "#adapters/node/environment.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { makeConsoleSecret } from "#adapters/secrets/console-secret.ts";
import { appSecretsEnv, openAppSecrets } from "#adapters/secrets/open-app-secrets.ts";
import { makeCallBridge } from "./call-bridge.ts";
import { makeConsole } from "./console.ts";
import { makeGatewayConsole } from "./gateway.ts";
import { openSignIn, signInEnv } from "./open-sign-in.ts";
import { readPageFiles } from "./page-files.ts";

const env = parseEnvironment(
  v.object({
    ...appSecretsEnv,
    /** Base URLs of the API. */
    API_URLS: commaSeparated,
    ...signInEnv,
  }),
);
const log = makeJsonLog();
const client = new SecretsManagerClient(clientDefaults);
const apps = await openAppSecrets({ env, clock, log, client });
const secret = makeConsoleSecret({ client, secretId: env.SECRET_ID, clock, log });
const page = await readPageFiles(join(import.meta.dirname, "page"));

export const handler = makeStreamedHandler(
  log,
  makeGatewayConsole(
    makeConsole({
      page: async () => page,
      apps,
      callBridge: makeCallBridge({ sendHttp: makeHttpClient({ publicOnly: false, clock }), clock }),
      signIn: openSignIn({ env, secret, clock, log }),
      local: undefined,
      clock,
      log,
    }),
    env.API_URLS,
  ),
  [],
);
