import { makeApiHandler } from "#adapters/api-gateway/api-handler.ts";
import { cors } from "#adapters/api-gateway/cors.ts";
import { makeCallDify } from "#adapters/dify/call-dify.ts";
import { difyLimits } from "#adapters/dify/dify-limits.ts";
import { makeDifyMessages } from "#adapters/dify/message-calls.ts";
import { makeStopDify } from "#adapters/dify/stop-dify.ts";
import { makeBotsTable } from "#adapters/dynamodb/bots-table.ts";
import { makeChatTurnsTable } from "#adapters/dynamodb/chat-turns-table.ts";
import { makeConversationsTable } from "#adapters/dynamodb/conversations-table.ts";
import { makeDocumentClient } from "#adapters/dynamodb/document-client.ts";
import { makeTokenRevocations } from "#adapters/dynamodb/token-revocations.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { openAppSecrets } from "#adapters/secrets/open-app-secrets.ts";
import { makeVerifyUserToken } from "#adapters/secrets/verify-user-token.ts";
import { makeChatConversations } from "#core/chat/chat-conversations.ts";
import { makeStopChatTurn } from "#core/chat/stop-chat-turn.ts";
import { makeTurnTalk } from "#core/chat/turn-talk.ts";
import { makeAnswerUser } from "./answer-user.ts";
import { readEnv } from "./env.ts";
import { makeChatControlRoutes } from "./routes.ts";

const env = readEnv();
const log = makeJsonLog();
const client = makeDocumentClient();
const apps = await openAppSecrets({ env, clock, log });
const bots = makeBotsTable({ client, tableName: env.BOTS_TABLE, apps, clock });
const turns = makeChatTurnsTable({ client, tableName: env.TURNS_TABLE, clock });
const conversations = makeConversationsTable({ client, tableName: env.CONVERSATIONS_TABLE, clock });
const sendHttp = makeHttpClient({ publicOnly: !env.ALLOW_PRIVATE_CALLBACKS, clock });
const callDify = makeCallDify({ sendHttp, clock, waits: difyLimits });

const answerUser = makeAnswerUser(
  {
    verifyUserToken: makeVerifyUserToken({ apps, clock }),
    revocations: makeTokenRevocations({ client, tableName: env.GUARDS_TABLE, clock }),
  },
  makeChatControlRoutes({
    stopChatTurn: makeStopChatTurn({ turns, bots, stopDify: makeStopDify(callDify), log }),
    talk: makeTurnTalk({ turns, bots, messages: makeDifyMessages(callDify) }),
    conversations: makeChatConversations({ bots, conversations }),
  }),
);

export const handler = makeApiHandler(log, answerUser, [cors(env.CORS_ORIGINS)]);
