import { createHash, randomUUID } from "node:crypto";
import * as v from "valibot";
import { cors, corsEnv } from "#adapters/api-gateway/cors.ts";
import { makeAnswerPiecesTable } from "#adapters/dynamodb/answer-pieces-table.ts";
import { makeChatTurnsTable } from "#adapters/dynamodb/chat-turns-table.ts";
import { makeDocumentClient } from "#adapters/dynamodb/document-client.ts";
import { makeLimitsTable } from "#adapters/dynamodb/limits-table.ts";
import { makeSlotsTable } from "#adapters/dynamodb/slots-table.ts";
import { makeStoryAttributes } from "#adapters/dynamodb/story-attributes.ts";
import { makeUserGuard, userLimitsEnv } from "#adapters/dynamodb/user-guard.ts";
import { makeStreamedHandler } from "#adapters/lambda-stream/streamed-handler.ts";
import { modelsEnv, openModels } from "#adapters/models/open-models.ts";
import {
  nonEmptyString,
  nonNegativeInteger,
  parseEnvironment,
  positiveInteger,
} from "#adapters/node/environment.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { makeMetrics } from "#adapters/node/metrics.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { makeUploadTokens } from "#adapters/secrets/upload-tokens.ts";
import { makePseudonymOf } from "#adapters/secrets/user-pseudonym.ts";
import { makeVerifyUserToken } from "#adapters/secrets/verify-user-token.ts";
import { makeAcquireReader } from "#core/chat/acquire-reader.ts";
import { makeAnswerJournal } from "#core/chat/answer-journal.ts";
import { makeBeginChatInput } from "#core/chat/begin-chat-input.ts";
import { makeBeginChatTurn } from "#core/chat/begin-chat-turn.ts";
import type { AcquireChatSlot } from "#core/chat/chat-access.ts";
import { makeFollowChatTurn } from "#core/chat/follow-chat-turn.ts";
import { makeRunChatTurn } from "#core/chat/run-chat-turn.ts";
import { makeOpenSentFiles } from "#core/chat/sent-file.ts";
import { callerError } from "#core/shared/errors.ts";
import { botSlot, makeAcquireSlots, stageSlot } from "#core/shared/slots.ts";
import { makeCountTurn } from "#core/turn/count-turn.ts";
import { makeForwardTurn } from "#core/turn/forward-turn.ts";
import { makeRecordTurn } from "#core/turn/turn-report.ts";
import { makeChatStreamRoutes } from "./routes.ts";

const env = parseEnvironment(
  v.object({
    ...modelsEnv,
    TURNS_TABLE: nonEmptyString,
    TURN_STORY_DAYS: nonNegativeInteger,
    GUARDS_TABLE: nonEmptyString,
    ...userLimitsEnv,
    SLOTS_PER_APP: positiveInteger,
    SLOTS_PER_BOT: positiveInteger,
    /** Empty: the function's reserved concurrency is the limit. */
    SLOTS_IN_TOTAL: v.union([v.literal(""), positiveInteger]),
    ...corsEnv,
  }),
);
const log = makeJsonLog();
const metrics = makeMetrics();
const client = makeDocumentClient();
const { apps, bots, conversations, models } = await openModels({ env, client, clock, log });
const stories = makeStoryAttributes({ apps, clock, days: env.TURN_STORY_DAYS });
const turns = makeChatTurnsTable({ client, tableName: env.TURNS_TABLE, clock, stories });
const toGuards = { client, tableName: env.GUARDS_TABLE, clock };
const guard = makeUserGuard({
  ...toGuards,
  counts: "turns",
  limits: { turnsPerMinute: env.TURNS_PER_MINUTE, turnsAtOnce: env.TURNS_AT_ONCE },
});
/** Enough for two devices that follow all of a user's running turns and reconnect every two seconds. */
const readers = makeUserGuard({
  ...toGuards,
  counts: "readers",
  limits: { turnsPerMinute: 60, turnsAtOnce: 2 * env.TURNS_AT_ONCE },
});
const acquireSlots = makeAcquireSlots({
  store: makeSlotsTable({ ...toGuards, random: Math.random }),
  channel: "http",
  clock,
  metrics,
  log,
});
const slotLimits = { perApp: env.SLOTS_PER_APP, perBot: env.SLOTS_PER_BOT };
const acquireSlot: AcquireChatSlot = ({ slot, until, ...of }) =>
  acquireSlots([
    botSlot("http", { slot, until, ...of }, slotLimits),
    ...(env.SLOTS_IN_TOTAL === "" ? [] : [stageSlot("http", { slot, until }, env.SLOTS_IN_TOTAL)]),
  ]);
const pseudonymOf = makePseudonymOf(apps);
const countTurn = makeCountTurn({
  store: makeLimitsTable(toGuards),
  apps,
  clock,
  metrics,
  log,
  pseudonymOf,
});
const pieces = makeAnswerPiecesTable({ client, tableName: env.GUARDS_TABLE, apps, clock });
const forwardTurn = makeForwardTurn({ conversations, models, clock, log, newToken: randomUUID });

const hash = (parts: readonly unknown[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("base64url");

const openFiles = makeOpenSentFiles(makeUploadTokens({ apps, clock }));

const routes = makeChatStreamRoutes({
  verifyUserToken: makeVerifyUserToken({ apps, clock }),
  revocations: guard,
  turns,
  beginChatTurn: makeBeginChatTurn({
    bots,
    turns,
    guard,
    acquireSlot,
    countTurn,
    openFiles,
    clock,
    newId: randomUUID,
    hash,
  }),
  beginChatInput: makeBeginChatInput({
    bots,
    turns,
    conversations,
    guard,
    acquireSlot,
    countTurn,
    openFiles,
    clock,
    newId: randomUUID,
    hash,
  }),
  runChatTurn: makeRunChatTurn({
    pseudonymOf,
    turns,
    forwardTurn,
    journalOf: makeAnswerJournal({ pieces, clock, log }),
    clock,
    log,
    recordTurn: makeRecordTurn({ metrics, clock }),
    keepsText: (appKey) => apps.lastKnown(appKey)?.storyText === true,
  }),
  acquireReader: makeAcquireReader({ readers, acquireSlot, newId: randomUUID, log }),
  allowPrivate: env.ALLOW_PRIVATE_CALLBACKS,
  followChatTurn: makeFollowChatTurn({ pieces, turns, clock, log }),
  clock,
});

export const handler = makeStreamedHandler(
  log,
  (request, leftMs) => {
    const route = routes[`${request.method} ${request.route}`];
    if (!route) throw callerError("not_found", "no such path");
    return route(request, leftMs);
  },
  [cors(env.CORS_ORIGINS)],
);
