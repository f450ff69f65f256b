import { invalidParam, jsonReply, notFound, Refusal, type Reply, success } from "./http.ts";
import { asObject, type JsonObject, parseJson } from "./json.ts";
import { findRecording } from "./recordings.ts";
import { type Exchange, type Route, requireUser } from "./simulation.ts";
import { ownerOf, type StoredMessage } from "./store.ts";

const info = ({ app }: Exchange): Reply =>
  jsonReply(200, {
    name: "simulator",
    description: "",
    tags: [],
    mode: app.profile.mode,
    author_name: "admin",
  });

const shownMessage = (message: StoredMessage): JsonObject => ({
  id: message.id,
  conversation_id: message.conversationId ?? null,
  inputs: message.inputs,
  query: message.query,
  answer: message.answer,
  feedback: message.rating === null ? null : { rating: message.rating },
  retriever_resources: message.sources,
  created_at: message.createdAt,
  status: message.status,
});

const listMessages = ({ simulation, request, app }: Exchange): Reply => {
  const { conversation_id: id = "", user = "", limit = "20" } = request.query;
  const all = simulation.messages.inConversation(ownerOf(app, user), id);
  if (all.length === 0) throw notFound("Conversation Not Exists.");
  const recorded = findRecording(`${app.profile.version}/messages`)?.body.toString("utf8") ?? "";
  const [template] = Object.values(asObject(parseJson(recorded)).data ?? []);
  const data = all
    .slice(-Number(limit))
    .map((message) => ({ ...asObject(template), ...shownMessage(message) }));
  return jsonReply(200, { limit: Number(limit), has_more: all.length > data.length, data });
};

const findMessage = ({ simulation, app, id }: Exchange, user: unknown): StoredMessage => {
  const message = simulation.messages.find(ownerOf(app, requireUser(user)), id);
  if (message === undefined) throw notFound("Message Not Exists.");
  return message;
};

const rate = (exchange: Exchange): Reply => {
  const { rating, user } = asObject(exchange.request.body);
  const message = findMessage(exchange, user);
  if (typeof rating !== "string" && message.rating === null) {
    throw invalidParam("rating cannot be None when feedback not exists");
  }
  message.rating = typeof rating === "string" ? rating : null;
  return success;
};

const suggest = (exchange: Exchange): Reply => {
  findMessage(exchange, exchange.request.query.user);
  const { suggested: data } = exchange.app.profile;
  if (data === undefined) throw new Refusal(400, "bad_request", "Suggested Questions Is Disabled.");
  return jsonReply(200, { result: "success", data });
};

const showRun = ({ simulation, app, id }: Exchange): Reply => {
  const run = simulation.findRun(app, ({ runId }) => runId === id);
  if (run === undefined) throw notFound("Workflow run not found");
  const { kind, events = [] } = run.outcome() ?? {};
  const ended = asObject(events.findLast(({ event }) => event === "workflow_finished")?.data);
  return jsonReply(200, {
    id,
    status: ended.status ?? (kind === "paused" ? "paused" : "running"),
    outputs: ended.outputs ?? {},
    error: ended.error ?? null,
    created_at: run.turn.createdAt,
  });
};

export const readRoutes: readonly Route[] = [
  ["GET", "/v1/info", info],
  ["GET", "/v1/messages", listMessages],
  ["POST", "/v1/messages/:id/feedbacks", rate],
  ["GET", "/v1/messages/:id/suggested", suggest],
  ["GET", "/v1/workflows/run/:id", showRun],
];
