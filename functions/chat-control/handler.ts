import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { makeApiHandler } from "#adapters/api-gateway/api-handler.ts";
import { cors, corsEnv } from "#adapters/api-gateway/cors.ts";
import { makeChatTurnsTable } from "#adapters/dynamodb/chat-turns-table.ts";
import { makeDocumentClient } from "#adapters/dynamodb/document-client.ts";
import { noStories } from "#adapters/dynamodb/story-attributes.ts";
import { makeTokenRevocations } from "#adapters/dynamodb/token-revocations.ts";
import { makeUserGuard, userLimitsEnv } from "#adapters/dynamodb/user-guard.ts";
import { modelsEnv, openModels } from "#adapters/models/open-models.ts";
import { nonEmptyString, parseEnvironment } from "#adapters/node/environment.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { makeUploadTokens } from "#adapters/secrets/upload-tokens.ts";
import { makeVerifyUserToken } from "#adapters/secrets/verify-user-token.ts";
import { makeChatConversations } from "#core/chat/chat-conversations.ts";
import { makeConversationMessages } from "#core/chat/conversation-messages.ts";
import { makeStopChatTurn } from "#core/chat/stop-chat-turn.ts";
import { makeTurnFeedback } from "#core/chat/turn-feedback.ts";
import { makeUploadChatFile } from "#core/chat/upload-chat-file.ts";
import { maxQuestionFiles } from "#core/message/question-file.ts";
import { makeAnswerUser } from "./answer-user.ts";
import { makeChatControlRoutes } from "./routes.ts";

const env = parseEnvironment(
  v.object({
    ...modelsEnv,
    TURNS_TABLE: nonEmptyString,
    GUARDS_TABLE: nonEmptyString,
    TURNS_PER_MINUTE: userLimitsEnv.TURNS_PER_MINUTE,
    ...corsEnv,
  }),
);
const log = makeJsonLog();
const client = makeDocumentClient();
const { apps, bots, conversations, models } = await openModels({ env, client, clock, log });
// Turns begin and end in chat-stream.
const turns = makeChatTurnsTable({ client, tableName: env.TURNS_TABLE, clock, stories: noStories });

const toGuards = { client, tableName: env.GUARDS_TABLE, clock };
const uploads = makeUserGuard({
  ...toGuards,
  counts: "uploads",
  limits: { turnsPerMinute: env.TURNS_PER_MINUTE, turnsAtOnce: maxQuestionFiles },
});

const answerUser = makeAnswerUser(
  {
    verifyUserToken: makeVerifyUserToken({ apps, clock }),
    revocations: makeTokenRevocations(toGuards),
  },
  makeChatControlRoutes({
    stopChatTurn: makeStopChatTurn({ turns, bots, models, log }),
    feedback: makeTurnFeedback({ turns, bots, models }),
    conversations: makeChatConversations({ bots, conversations }),
    readMessages: makeConversationMessages({ bots, conversations, models, clock }),
    uploadFile: makeUploadChatFile({
      bots,
      models,
      uploads,
      tokens: makeUploadTokens({ apps, clock }),
      clock,
      newId: randomUUID,
      log,
    }),
  }),
);

export const handler = makeApiHandler(log, answerUser, [cors(env.CORS_ORIGINS)]);
