import { createHash, randomUUID } from "node:crypto";
import { cors } from "#adapters/api-gateway/cors.ts";
import { makeAskDify } from "#adapters/dify/ask-dify.ts";
import { makeCallDify } from "#adapters/dify/call-dify.ts";
import { difyLimits } from "#adapters/dify/dify-limits.ts";
import { makeStopDify } from "#adapters/dify/stop-dify.ts";
import { makeAnswerPiecesTable } from "#adapters/dynamodb/answer-pieces-table.ts";
import { makeBotsTable } from "#adapters/dynamodb/bots-table.ts";
import { makeChatTurnsTable } from "#adapters/dynamodb/chat-turns-table.ts";
import { makeConversationsTable } from "#adapters/dynamodb/conversations-table.ts";
import { makeDocumentClient } from "#adapters/dynamodb/document-client.ts";
import { makeUserGuard } from "#adapters/dynamodb/user-guard.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { makeStreamedHandler } from "#adapters/lambda-stream/streamed-handler.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { makeMetrics } from "#adapters/node/metrics.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { openAppSecrets } from "#adapters/secrets/open-app-secrets.ts";
import { makeVerifyUserToken } from "#adapters/secrets/verify-user-token.ts";
import { makeAdmitReader } from "#core/chat/admit-reader.ts";
import { makeAnswerJournal } from "#core/chat/answer-journal.ts";
import { makeBeginChatTurn } from "#core/chat/begin-chat-turn.ts";
import { makeFollowChatTurn } from "#core/chat/follow-chat-turn.ts";
import { makeRunChatTurn } from "#core/chat/run-chat-turn.ts";
import { callerError } from "#core/shared/errors.ts";
import { makeForwardTurn } from "#core/turn/forward-turn.ts";
import { makeNoteTurn } from "#core/turn/turn-report.ts";
import { readEnv } from "./env.ts";
import { makeChatStreamRoutes } from "./routes.ts";

const env = readEnv();
const log = makeJsonLog();
const client = makeDocumentClient();
const apps = await openAppSecrets({ env, clock, log });
const toDify = {
  sendHttp: makeHttpClient({ publicOnly: !env.ALLOW_PRIVATE_CALLBACKS, clock }),
  clock,
  waits: difyLimits,
};
const turns = makeChatTurnsTable({ client, tableName: env.TURNS_TABLE, clock });
const toGuards = { client, tableName: env.GUARDS_TABLE, clock };
const guard = makeUserGuard({
  ...toGuards,
  counts: "turns",
  limits: { turnsPerMinute: env.TURNS_PER_MINUTE, turnsAtOnce: env.TURNS_AT_ONCE },
});
/** Two devices may read what a user has running, and lose their connection every other second. */
const readers = makeUserGuard({
  ...toGuards,
  counts: "readers",
  limits: { turnsPerMinute: 60, turnsAtOnce: 2 * env.TURNS_AT_ONCE },
});
const pieces = makeAnswerPiecesTable({ client, tableName: env.GUARDS_TABLE, apps, clock });
const forwardTurn = makeForwardTurn({
  conversations: makeConversationsTable({ client, tableName: env.CONVERSATIONS_TABLE, clock }),
  askDify: makeAskDify(toDify),
  stopDify: makeStopDify(makeCallDify(toDify)),
  clock,
  log,
  newToken: randomUUID,
});

const routes = makeChatStreamRoutes({
  verifyUserToken: makeVerifyUserToken({ apps, clock }),
  revocations: guard,
  turns,
  beginChatTurn: makeBeginChatTurn({
    bots: makeBotsTable({ client, tableName: env.BOTS_TABLE, apps, clock }),
    turns,
    guard,
    clock,
    newId: randomUUID,
    hash: (parts) => createHash("sha256").update(JSON.stringify(parts)).digest("base64url"),
  }),
  runChatTurn: makeRunChatTurn({
    turns,
    guard,
    forwardTurn,
    journalOf: makeAnswerJournal({ pieces, clock, log }),
    clock,
    log,
    noteTurn: makeNoteTurn({ metrics: makeMetrics(), clock }),
  }),
  admitReader: makeAdmitReader({ readers, newId: randomUUID, log }),
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
