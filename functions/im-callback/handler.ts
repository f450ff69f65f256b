import * as v from "valibot";
import { makeApiHandler } from "#adapters/api-gateway/api-handler.ts";
import { makeDocumentClient } from "#adapters/dynamodb/document-client.ts";
import { makeMessageDoor, messageDoorEnv } from "#adapters/messages/message-door.ts";
import { count, parseEnvironment } from "#adapters/node/environment.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { makeMetrics } from "#adapters/node/metrics.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { callbackEnv, openCallbackCallers } from "#adapters/rongcloud/signed-callers.ts";
import { makeAcceptBotEvent } from "#core/intake/accept-bot-event.ts";
import { makeAcceptMessages } from "#core/intake/accept-messages.ts";
import { makeCachedBotDirectory } from "#core/intake/bot-directory.ts";
import { makeAnswerCallback } from "./answer-callback.ts";

const env = parseEnvironment(v.object({ ...messageDoorEnv, ...callbackEnv, BOT_CACHE_SECONDS: count }));
const log = makeJsonLog();
const metrics = makeMetrics();
const client = makeDocumentClient();
const { apps, verifyCallback } = await openCallbackCallers({ env, clock, log });
const door = makeMessageDoor({ env, client, apps, metrics, clock, log });
const knownBots = makeCachedBotDirectory({ bots: door.bots, clock, maxAgeMs: env.BOT_CACHE_SECONDS * 1000 });

export const handler = makeApiHandler(
  log,
  makeAnswerCallback({
    verifyCallback,
    acceptMessages: makeAcceptMessages({ ...door, bots: knownBots, clock }),
    // It names its bot: one read says what stands, also of a bot created a second ago.
    acceptBotEvent: makeAcceptBotEvent({ ...door, clock }),
    metrics,
    clock,
    log,
  }),
);
