import * as v from "valibot";
import { makeApiHandler } from "#adapters/api-gateway/api-handler.ts";
import { makeDocumentClient } from "#adapters/dynamodb/document-client.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { flag, parseEnvironment } from "#adapters/node/environment.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { makeForwardCall } from "#adapters/rongcloud/forward-call.ts";
import { openCallVerifier, verifierEnv } from "#adapters/rongcloud/open-verifiers.ts";
import { rongcloudEnv } from "#adapters/rongcloud/send-to-rongcloud.ts";
import { makeAnswerUnknownPath } from "./answer-unknown-path.ts";

const env = parseEnvironment(v.object({ ...verifierEnv, ...rongcloudEnv, PASS_THROUGH: flag }));
const log = makeJsonLog();
const { apps, verifyCall } = await openCallVerifier({ env, client: makeDocumentClient(), clock, log });
const sendHttp = makeHttpClient({ publicOnly: false, clock });

export const handler = makeApiHandler(
  log,
  makeAnswerUnknownPath({
    verifyCall,
    forwardCall: env.PASS_THROUGH
      ? makeForwardCall({ sendHttp, apps, clock, apiUrls: env.RONGCLOUD_API_URL })
      : undefined,
  }),
);
