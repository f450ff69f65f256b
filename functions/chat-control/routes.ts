import type { ApiRequest } from "#adapters/api-gateway/api-request.ts";
import { parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import { parseInput } from "#adapters/api-gateway/parse-input.ts";
import { pathParameter } from "#adapters/api-gateway/path-parameter.ts";
import type { ChatConversations } from "#core/chat/chat-conversations.ts";
import type { ChatUser } from "#core/chat/chat-user.ts";
import type { ReadConversationMessages } from "#core/chat/conversation-messages.ts";
import type { TurnFeedback } from "#core/chat/turn-feedback.ts";
import type { UploadChatFile } from "#core/chat/upload-chat-file.ts";
import { feedbackSchema } from "./feedback-schema.ts";
import { conversationQuery, messagesQuery, uploadQuery } from "./queries.ts";
import { readUpload } from "./read-upload.ts";

export interface ChatControlPorts {
  readonly stopChatTurn: (user: ChatUser, botUserId: string, turn: string) => Promise<void>;
  readonly feedback: TurnFeedback;
  readonly conversations: ChatConversations;
  readonly readMessages: ReadConversationMessages;
  readonly uploadFile: UploadChatFile;
}

/** Handles a request of a user who may use the bot. The result is merged with `{"code":200}`. */
export type UserRoute = (user: ChatUser, botUserId: string, request: ApiRequest) => Promise<object>;

const turnOf = (request: ApiRequest): string => pathParameter(request, "turn");
const nameOf = ({ query }: ApiRequest): string | undefined =>
  parseInput(conversationQuery, { conversation: query.get("conversation") ?? undefined }).conversation;
const messagesOf = ({ query }: ApiRequest) =>
  parseInput(messagesQuery, {
    conversation: query.get("conversation") ?? undefined,
    limit: query.get("limit") ?? undefined,
    before: query.get("before") ?? undefined,
  });

/** The chat API other than answers: stop, feedback, suggestions, conversations and uploads. */
export const makeChatControlRoutes = ({
  stopChatTurn,
  feedback,
  conversations,
  readMessages,
  uploadFile,
}: ChatControlPorts): Record<string, UserRoute> => ({
  "POST /v1/bots/{userId}/turns/{turn}/stop": async (user, botUserId, request) => {
    await stopChatTurn(user, botUserId, turnOf(request));
    return {};
  },
  "POST /v1/bots/{userId}/turns/{turn}/feedback": async (user, botUserId, request) => {
    const { rating, content: note } = parseJsonBody(feedbackSchema, request.body);
    await feedback.rate(user, botUserId, turnOf(request), { rating, note });
    return {};
  },
  "GET /v1/bots/{userId}/turns/{turn}/suggested": async (user, botUserId, request) => ({
    suggested: await feedback.suggest(user, botUserId, turnOf(request)),
  }),
  "GET /v1/bots/{userId}/conversation": (user, botUserId, request) =>
    conversations.find(user, botUserId, nameOf(request)),
  "GET /v1/bots/{userId}/conversation/messages": async (user, botUserId, request) => {
    const { conversation, limit, before } = messagesOf(request);
    return readMessages(user, botUserId, conversation, { limit, before });
  },
  "POST /v1/bots/{userId}/files": async (user, botUserId, request) => {
    const integration = request.query.get("integration") ?? undefined;
    const { integration: type } = parseInput(uploadQuery, { integration });
    return { file: await uploadFile(user, botUserId, type, () => readUpload(request)) };
  },
  "DELETE /v1/bots/{userId}/conversation": async (user, botUserId, request) => {
    await conversations.forget(user, botUserId, nameOf(request));
    return {};
  },
});
