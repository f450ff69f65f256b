import * as v from "valibot";
import { makeSignedApi } from "#adapters/api-gateway/signed-api.ts";
import { makeDocumentClient } from "#adapters/dynamodb/document-client.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { makeMessageDoor, messageDoorEnv } from "#adapters/messages/message-door.ts";
import { flag, parseEnvironment } from "#adapters/node/environment.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { makeMetrics } from "#adapters/node/metrics.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { newMessageUID } from "#adapters/rongcloud/message-uid.ts";
import { makePassOn } from "#adapters/rongcloud/pass-on.ts";
import { makePublishAtIm } from "#adapters/rongcloud/publish-at-im.ts";
import { rongcloudEnv } from "#adapters/rongcloud/send-to-rongcloud.ts";
import { openSignedCallers, signedCallersEnv } from "#adapters/rongcloud/signed-callers.ts";
import { makeAcceptMessages } from "#core/intake/accept-messages.ts";
import { makePublishMessage } from "#core/intake/publish-message.ts";
import { makePublishRoutes } from "./routes.ts";

const env = parseEnvironment(
  v.object({ ...messageDoorEnv, ...signedCallersEnv, ...rongcloudEnv, PASS_THROUGH: flag }),
);
const log = makeJsonLog();
const client = makeDocumentClient();
const { apps, verifyCall } = await openSignedCallers({ env, client, clock, log });
const door = makeMessageDoor({ env, client, apps, metrics: makeMetrics(), clock, log });
const passOn = makePassOn({
  sendHttp: makeHttpClient({ publicOnly: false, clock }),
  apps,
  clock,
  apiUrls: env.RONGCLOUD_API_URL,
});

export const handler = makeSignedApi(
  { verifyCall, log },
  makePublishRoutes({
    publishMessage: makePublishMessage({
      acceptMessages: makeAcceptMessages({ ...door, clock }),
      passesThrough: env.PASS_THROUGH,
      newMessageUID,
      clock,
    }),
    publishAtIm: makePublishAtIm(passOn),
  }),
);
