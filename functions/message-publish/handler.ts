import * as v from "valibot";
import { forwardRoutes } from "#adapters/api-gateway/forwarded-request.ts";
import { makeSignedApi } from "#adapters/api-gateway/signed-api.ts";
import { makeDocumentClient } from "#adapters/dynamodb/document-client.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { makeMessageIngress, messageIngressEnv } from "#adapters/ingress/message-ingress.ts";
import { parseEnvironment } from "#adapters/node/environment.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { makeMetrics } from "#adapters/node/metrics.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { makeForwardCall } from "#adapters/rongcloud/forward-call.ts";
import { newMessageUID } from "#adapters/rongcloud/message-uid.ts";
import { openCallVerifier, verifierEnv } from "#adapters/rongcloud/open-verifiers.ts";
import { passThroughEnv } from "#adapters/rongcloud/pass-through.ts";
import { makePublishToIm } from "#adapters/rongcloud/publish-to-im.ts";
import { makeAcceptMessages } from "#core/intake/accept-messages.ts";
import { makeForwardFromBot } from "#core/intake/forward-from-bot.ts";
import { makePublishMessage } from "#core/intake/publish-message.ts";
import { makeRecallMessage } from "#core/intake/recall-message.ts";
import { makePublishRoutes } from "./routes.ts";
import { makeStandAloneRoutes } from "./stand-alone-routes.ts";

const env = parseEnvironment(v.object({ ...messageIngressEnv, ...verifierEnv, ...passThroughEnv }));
const log = makeJsonLog();
const client = makeDocumentClient();
const { apps, verifyCall } = await openCallVerifier({ env, client, clock, log });
const ingress = makeMessageIngress({ env, client, apps, metrics: makeMetrics(), clock, log });
const forwardCall = makeForwardCall({
  sendHttp: makeHttpClient({ publicOnly: false, clock }),
  apps,
  clock,
  apiUrls: env.RONGCLOUD_API_URL,
});

const acceptMessages = makeAcceptMessages({ ...ingress, clock });

const publishRoutes = makePublishRoutes({
  publishMessage: makePublishMessage({
    acceptMessages,
    passesThrough: env.PASS_THROUGH,
    newMessageUID,
    clock,
  }),
  publishToIm: makePublishToIm(forwardCall),
});
const standAloneRoutes = makeStandAloneRoutes({
  recallMessage: makeRecallMessage({ acceptMessages, newMessageUID, clock }),
  forwardFromBot: makeForwardFromBot({ bots: ingress.bots, forwardCall }),
  forwardCall,
});

export const handler = makeSignedApi(
  { verifyCall, log },
  {
    ...publishRoutes,
    ...(env.PASS_THROUGH ? forwardRoutes(Object.keys(standAloneRoutes), forwardCall) : standAloneRoutes),
  },
);
