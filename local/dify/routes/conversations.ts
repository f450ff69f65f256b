import {
  authenticate,
  type Exchange,
  queryLimit,
  queryUser,
  readJsonObject,
  requiredUser,
} from "../http/exchange.ts";
import { prettyReply, successReply, wholeReply } from "../http/http-reply.ts";
import { notExists } from "../http/not-exists.ts";
import type { Route } from "../http/router.ts";
import type { JsonObject } from "../json.ts";
import type { Conversation } from "../state/conversations.ts";

const shownConversation = (conversation: Conversation): JsonObject => ({
  id: conversation.id,
  name: conversation.name,
  inputs: conversation.inputs,
  status: "normal",
  introduction: conversation.introduction,
  created_at: conversation.createdAt,
  updated_at: conversation.updatedAt,
});

const listConversations = (exchange: Exchange) => {
  const app = authenticate(exchange);
  const all = exchange.standIn.conversations.list(app.key, queryUser(exchange));
  const limit = queryLimit(exchange);
  const lastId = exchange.url.searchParams.get("last_id");
  const last = lastId === null ? -1 : all.findIndex((conversation) => conversation.id === lastId);
  if (lastId !== null && last < 0) throw notExists(app.traits, "Last Conversation", exchange.url.pathname);
  const page = all.slice(last + 1, last + 1 + limit);
  return prettyReply(200, {
    limit,
    has_more: all.length > last + 1 + limit,
    data: page.map(shownConversation),
  });
};

const deleteConversation = (exchange: Exchange, id = "") => {
  const app = authenticate(exchange);
  const user = requiredUser(readJsonObject(exchange, app.traits).user);
  const { conversations } = exchange.standIn;
  const conversation = conversations.find(app.key, user, id);
  if (conversation === undefined) throw notExists(app.traits, "Conversation", exchange.url.pathname);
  conversations.remove(conversation);
  return app.traits.deletedStatus === 204 ? wholeReply(204, "application/json", "") : successReply;
};

export const conversationRoutes: readonly Route[] = [
  { method: "GET", path: "/v1/conversations", handle: listConversations },
  {
    method: "DELETE",
    path: "/v1/conversations/:id",
    handle: (exchange, { id }) => deleteConversation(exchange, id),
  },
];
