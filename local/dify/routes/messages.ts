import type { App } from "../apps/apps.ts";
import {
  authenticate,
  type Exchange,
  queryLimit,
  queryUser,
  readJsonObject,
  requiredUser,
} from "../http/exchange.ts";
import { prettyReply, successReply } from "../http/http-reply.ts";
import { notExists } from "../http/not-exists.ts";
import { invalidParam, refusal } from "../http/refusal.ts";
import type { Route } from "../http/router.ts";
import type { JsonObject } from "../json.ts";
import type { StoredMessage } from "../state/conversations.ts";

const noParent = "00000000-0000-0000-0000-000000000000";

const findMessage = ({ standIn, url }: Exchange, app: App, user: string, id = ""): StoredMessage => {
  const message = standIn.conversations.findMessage(app.key, user, id);
  if (message === undefined) throw notExists(app.traits, "Message", url.pathname);
  return message;
};

const shownMessage = (message: StoredMessage): JsonObject => ({
  id: message.id,
  conversation_id: message.conversationId ?? null,
  parent_message_id: message.parentId ?? noParent,
  inputs: message.inputs,
  query: message.query,
  answer: message.answer,
  message_files: [],
  feedback: message.rating === undefined ? null : { rating: message.rating },
  retriever_resources: message.retrieverResources,
  created_at: message.createdAt,
  agent_thoughts: [],
  status: message.error === undefined ? "normal" : "error",
  error: message.error ?? null,
});

const listMessages = (exchange: Exchange) => {
  const app = authenticate(exchange);
  const { searchParams, pathname } = exchange.url;
  const conversation = exchange.standIn.conversations.find(
    app.key,
    queryUser(exchange),
    searchParams.get("conversation_id") ?? "",
  );
  if (conversation === undefined) throw notExists(app.traits, "Conversation", pathname);
  const limit = queryLimit(exchange);
  const firstId = searchParams.get("first_id");
  const end =
    firstId === null
      ? conversation.messages.length
      : conversation.messages.findIndex((message) => message.id === firstId);
  if (end < 0) throw notExists(app.traits, "First Message", pathname);
  // A1: pages go back in time, each with its oldest first.
  const start = Math.max(0, end - limit);
  const data = conversation.messages.slice(start, end).map(shownMessage);
  return prettyReply(200, { limit, has_more: start > 0, data });
};

const rate = (exchange: Exchange, id: string | undefined) => {
  const app = authenticate(exchange);
  const body = readJsonObject(exchange, app.traits);
  const message = findMessage(exchange, app, requiredUser(body.user), id);
  const rating = body.rating ?? null;
  if (rating !== null && rating !== "like" && rating !== "dislike") {
    throw invalidParam("rating must be like, dislike or null");
  }
  if (rating === null && message.rating === undefined) {
    throw invalidParam("rating cannot be None when feedback not exists");
  }
  message.rating = rating ?? undefined;
  return successReply;
};

const suggest = (exchange: Exchange, id: string | undefined) => {
  const app = authenticate(exchange);
  findMessage(exchange, app, requiredUser(exchange.url.searchParams.get("user")), id);
  const { suggested } = app.profile;
  if (suggested === undefined) throw refusal(400, "bad_request", "Suggested Questions Is Disabled.");
  return prettyReply(200, { result: "success", data: suggested });
};

export const messageRoutes: readonly Route[] = [
  { method: "GET", path: "/v1/messages", handle: listMessages },
  { method: "POST", path: "/v1/messages/:id/feedbacks", handle: (exchange, { id }) => rate(exchange, id) },
  { method: "GET", path: "/v1/messages/:id/suggested", handle: (exchange, { id }) => suggest(exchange, id) },
];
