import * as v from "valibot";
import { makeApiHandler } from "#adapters/api-gateway/api-handler.ts";
import { makeDocumentClient } from "#adapters/dynamodb/document-client.ts";
import { makeMessageIngress, messageIngressEnv } from "#adapters/ingress/message-ingress.ts";
import { parseEnvironment, positiveInteger } from "#adapters/node/environment.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { makeMetrics } from "#adapters/node/metrics.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { openCallbackVerifier, verifierEnv } from "#adapters/rongcloud/open-verifiers.ts";
import { makeAcceptBotEvent } from "#core/intake/accept-bot-event.ts";
import { makeAcceptMessages } from "#core/intake/accept-messages.ts";
import { makeCachedBotDirectory } from "#core/intake/bot-directory.ts";
import { makeAnswerCallback } from "./answer-callback.ts";

const env = parseEnvironment(
  v.object({ ...messageIngressEnv, ...verifierEnv, BOT_CACHE_SECONDS: positiveInteger }),
);
const log = makeJsonLog();
const metrics = makeMetrics();
const client = makeDocumentClient();
const { apps, verifyCallback } = await openCallbackVerifier({ env, client, clock, log });
const ingress = makeMessageIngress({ env, client, apps, metrics, clock, log });
const knownBots = makeCachedBotDirectory({
  bots: ingress.bots,
  clock,
  maxAgeMs: env.BOT_CACHE_SECONDS * 1000,
});

export const handler = makeApiHandler(
  log,
  makeAnswerCallback({
    verifyCallback,
    acceptMessages: makeAcceptMessages({ ...ingress, bots: knownBots, clock }),
    // Reads the bot that the event names without the cache, so that bots created a second ago are found.
    acceptBotEvent: makeAcceptBotEvent({ ...ingress, clock }),
    reportIgnored: ingress.reportIgnored,
    metrics,
    clock,
    log,
  }),
);
