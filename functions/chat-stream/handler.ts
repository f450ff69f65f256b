import { createHash, randomUUID } from "node:crypto";
import * as v from "valibot";
import { cors, corsEnv } from "#adapters/api-gateway/cors.ts";
import { makeAnswerPiecesTable } from "#adapters/dynamodb/answer-pieces-table.ts";
import { makeChatTurnsTable } from "#adapters/dynamodb/chat-turns-table.ts";
import { makeDocumentClient } from "#adapters/dynamodb/document-client.ts";
import { makeStoryAttributes } from "#adapters/dynamodb/story-attributes.ts";
import { makeStreamedHandler } from "#adapters/lambda-stream/streamed-handler.ts";
import { modelsEnv, openModels } from "#adapters/models/open-models.ts";
import { nonEmptyString, nonNegativeInteger, parseEnvironment } from "#adapters/node/environment.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { makeMetrics } from "#adapters/node/metrics.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { makeKeepsText } from "#adapters/secrets/app-secrets.ts";
import { makeUploadTokens } from "#adapters/secrets/upload-tokens.ts";
import { makePseudonymOf } from "#adapters/secrets/user-pseudonym.ts";
import { makeVerifyUserToken } from "#adapters/secrets/verify-user-token.ts";
import { makeAnswerJournal } from "#core/chat/answer-journal.ts";
import { makeBeginChatInput } from "#core/chat/begin-chat-input.ts";
import { makeBeginChatTurn } from "#core/chat/begin-chat-turn.ts";
import { makeFollowChatTurn } from "#core/chat/follow-chat-turn.ts";
import { makeRunChatTurn } from "#core/chat/run-chat-turn.ts";
import { makeOpenSentFiles } from "#core/chat/sent-file.ts";
import { callerError } from "#core/shared/errors.ts";
import { makeForwardTurn } from "#core/turn/forward-turn.ts";
import { makeRecordTurn } from "#core/turn/turn-report.ts";
import { admissionEnv, openAdmission } from "./open-admission.ts";
import { makeChatStreamRoutes } from "./routes.ts";

const env = parseEnvironment(
  v.object({
    ...modelsEnv,
    TURNS_TABLE: nonEmptyString,
    TURN_STORY_DAYS: nonNegativeInteger,
    ...admissionEnv,
    ...corsEnv,
  }),
);
const log = makeJsonLog();
const metrics = makeMetrics();
const client = makeDocumentClient();
const { apps, bots, conversations, models } = await openModels({ env, client, clock, log });
const stories = makeStoryAttributes({ apps, clock, days: env.TURN_STORY_DAYS });
const turns = makeChatTurnsTable({ client, tableName: env.TURNS_TABLE, clock, stories });
const pseudonymOf = makePseudonymOf(apps);
const { guard, acquireSlot, countTurn, acquireReader } = openAdmission({
  env,
  client,
  apps,
  pseudonymOf,
  metrics,
  clock,
  log,
});
const pieces = makeAnswerPiecesTable({ client, tableName: env.GUARDS_TABLE, apps, clock });
const forwardTurn = makeForwardTurn({ conversations, models, clock, log, newToken: randomUUID });

const hash = (parts: readonly unknown[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("base64url");

const beginPorts = {
  bots,
  turns,
  guard,
  acquireSlot,
  countTurn,
  openFiles: makeOpenSentFiles(makeUploadTokens({ apps, clock })),
  clock,
  newId: randomUUID,
  hash,
};

const routes = makeChatStreamRoutes({
  verifyUserToken: makeVerifyUserToken({ apps, clock }),
  revocations: guard,
  turns,
  beginChatTurn: makeBeginChatTurn(beginPorts),
  beginChatInput: makeBeginChatInput({ ...beginPorts, conversations }),
  runChatTurn: makeRunChatTurn({
    pseudonymOf,
    turns,
    forwardTurn,
    journalOf: makeAnswerJournal({ pieces, clock, log }),
    clock,
    log,
    recordTurn: makeRecordTurn({ metrics, clock }),
    keepsText: makeKeepsText(apps),
  }),
  acquireReader,
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
