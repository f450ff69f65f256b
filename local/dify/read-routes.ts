import { type FormState, requireForm } from "./forms.ts";
import { frame, invalidParam, jsonReply, notFound, Refusal, type Reply, success } from "./http.ts";
import { asObject, defined, type JsonObject, parseJson } from "./json.ts";
import { findRecording } from "./recordings.ts";
import { streamReply } from "./replies.ts";
import type { Run } from "./run.ts";
import { type Exchange, type Route, requireUser } from "./simulation.ts";
import { ownerOf, type StoredMessage } from "./store.ts";

const info = ({ app }: Exchange): Reply =>
  jsonReply(200, {
    name: "simulator",
    description: "",
    tags: [],
    ...(app.profile.version !== "0.15.3" && { mode: app.profile.mode, author_name: "admin" }),
  });

const parameters = ({ app: { profile } }: Exchange): Reply => {
  const { inputs, acceptsFiles, isPublished } = profile;
  if (!isPublished)
    throw new Refusal(400, "app_unavailable", "App unavailable, please check your app configurations.");
  const recorded = findRecording("1.12.1/get-v1-parameters")?.body.toString("utf8") ?? "";
  return jsonReply(200, {
    ...asObject(parseJson(recorded)),
    user_input_form: inputs,
    file_upload: {
      enabled: acceptsFiles,
      ...(acceptsFiles && { allowed_file_types: ["image", "document"], number_limits: 3 }),
    },
  });
};

const shownForm = (run: Run, state: FormState): JsonObject => ({
  type: "human_input",
  workflow_run_id: run.turn.runId,
  submitted: state.isSubmitted(),
  form_definition: state.isSubmitted() ? null : { ...state.form },
});

const shownMessage = (message: StoredMessage, run: Run | undefined): JsonObject => ({
  id: message.id,
  conversation_id: message.conversationId ?? null,
  inputs: message.inputs,
  query: message.query,
  answer: message.answer,
  feedback: message.rating === null ? null : { rating: message.rating },
  retriever_resources: message.sources,
  message_files: message.files,
  created_at: message.createdAt,
  status: message.status,
  ...(run?.isDetached && { extra_contents: run.forms().map((state) => shownForm(run, state)) }),
});

const requireChatApp = ({ profile: { mode } }: Exchange["app"]): void => {
  if (mode === "workflow" || mode === "completion")
    throw new Refusal(400, "not_chat_app", "Please check if your app mode matches the right API route.");
};

const listMessages = ({ simulation, request, app }: Exchange): Reply => {
  requireChatApp(app);
  const { conversation_id: id = "", user = "", limit = "20", first_id: firstId } = request.query;
  const whole = simulation.messages.inConversation(ownerOf(app, user), id);
  if (whole.length === 0) throw notFound("Conversation Not Exists.");
  const first = whole.findIndex((message) => message.id === firstId);
  if (firstId !== undefined && first < 0) throw notFound("First Message Not Exists.");
  const all = firstId === undefined ? whole : whole.slice(0, first);
  const recorded = findRecording(`${app.profile.version}/messages`)?.body.toString("utf8") ?? "";
  const [template] = Object.values(asObject(parseJson(recorded)).data ?? []);
  const data = all.slice(-Number(limit)).map((message) => {
    const run = simulation.findRun(app, ({ messageId }) => messageId === message.id);
    return { ...asObject(template), ...shownMessage(message, run) };
  });
  return jsonReply(200, { limit: Number(limit), has_more: all.length > data.length, data });
};

const listConversations = ({ simulation, request, app }: Exchange): Reply => {
  requireChatApp(app);
  const { user = "", limit = "20", last_id: lastId } = request.query;
  const whole = simulation.messages.conversationsOf(ownerOf(app, user));
  const last = whole.findIndex(({ conversationId }) => conversationId === lastId);
  if (lastId !== undefined && last < 0) throw notFound("Last Conversation Not Exists.");
  const all = whole.slice(last + 1);
  const data = all.slice(0, Number(limit)).map(({ conversationId = null, inputs, query, createdAt }) => ({
    id: conversationId,
    name: query.slice(0, 20),
    inputs,
    status: "normal",
    introduction: "",
    created_at: createdAt,
    updated_at: createdAt,
  }));
  return jsonReply(200, { limit: Number(limit), has_more: all.length > data.length, data });
};

const removeConversation = ({ simulation, request, app, id }: Exchange): Reply => {
  requireChatApp(app);
  const { user } = asObject(request.body);
  if (!simulation.messages.removeConversation(ownerOf(app, requireUser(user)), id))
    throw notFound("Conversation Not Exists.");
  return app.profile.version === "0.15.3" ? success : { status: 204, type: "application/json", body: "" };
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

/** The events from now on; of a run that has ended, one event without the turn's ids. */
const followRun = ({ simulation, request, app, id }: Exchange): Reply => {
  const user = requireUser(request.query.user);
  const run = simulation.findRun(app, (turn) => turn.runId === id && turn.user === user);
  if (run === undefined) throw notFound("Workflow run not found");
  const finished = run.outcome()?.events.findLast(({ event }) => event === "workflow_finished");
  if (finished === undefined) return streamReply(run);
  const event = { ...defined(finished, "conversation_id", "message_id"), task_id: id };
  return { status: 200, type: "text/event-stream; charset=utf-8", body: frame(event) };
};

const formOf = ({ simulation, app, id }: Exchange): FormState =>
  requireForm(
    simulation
      .runsOf(app)
      .flatMap((run) => run.forms())
      .find(({ form }) => form.form_token === id),
  );

const upload = ({ simulation, request, app }: Exchange): Reply => {
  const { fields, files } = request.form ?? { fields: {}, files: [] };
  // Without a user, Dify takes a default one.
  const { user = "DEFAULT-USER" } = fields;
  return simulation.uploads.add(ownerOf(app, user), user, files);
};

export const readRoutes: readonly Route[] = [
  ["GET", "/v1/info", info],
  ["GET", "/v1/parameters", parameters],
  ["GET", "/v1/messages", listMessages],
  ["POST", "/v1/files/upload", upload],
  ["GET", "/v1/conversations", listConversations],
  ["DELETE", "/v1/conversations/:id", removeConversation],
  ["POST", "/v1/messages/:id/feedbacks", rate],
  ["GET", "/v1/messages/:id/suggested", suggest],
  ["GET", "/v1/workflows/run/:id", showRun],
  ["GET", "/v1/workflow/:id/events", followRun],
  ["GET", "/v1/form/human_input/:id", (exchange) => formOf(exchange).show()],
  ["POST", "/v1/form/human_input/:id", (exchange) => formOf(exchange).submit(exchange.request.body)],
];
