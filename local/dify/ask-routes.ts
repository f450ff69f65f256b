import { randomUUID } from "node:crypto";
import { invalidParam, notFound, Refusal, type Reply, success } from "./http.ts";
import { asObject } from "./json.ts";
import type { Step } from "./profile.ts";
import { findRecording } from "./recordings.ts";
import { httpError, replayReply, streamReply, wholeReply } from "./replies.ts";
import { echo, writeScript } from "./script.ts";
import { type Exchange, type Route, requireUser } from "./simulation.ts";
import { type App, ownerOf } from "./store.ts";
import { readTemplate } from "./templates.ts";
import type { AppMode } from "./versions.ts";

const wrongRoute = "Please check if your app mode matches the right API route.";
const unavailable = "App unavailable, please check your app configurations.";

/** The app modes of a route that asks an app, and the error for other modes. */
interface Endpoint {
  readonly modes: readonly AppMode[];
  readonly code: string;
  readonly message: string;
}

const chatEndpoint: Endpoint = {
  modes: ["chat", "agent-chat", "advanced-chat"],
  code: "not_chat_app",
  message: wrongRoute,
};
const completionEndpoint: Endpoint = {
  modes: ["completion"],
  code: "app_unavailable",
  message: unavailable,
};
const workflowEndpoint: Endpoint = { modes: ["workflow"], code: "not_workflow_app", message: wrongRoute };

/** Whether the answer is streamed. */
const streams = ({ mode, behaviour }: App["profile"], requestedMode: unknown): boolean => {
  const isStreaming = requestedMode === "streaming";
  if (!isStreaming && mode === "agent-chat") {
    throw invalidParam("Agent Chat App does not support blocking mode");
  }
  if (behaviour?.kind !== "no_streaming") return isStreaming;
  if (behaviour.how === "refuses" && isStreaming) {
    throw invalidParam("Streaming mode is not supported by this server");
  }
  return false;
};

/** A file of nobody, or of another user. */
const foreignFile: readonly Step[] = [{ do: "reject", message: "Invalid upload file" }];
const silence: readonly Step[] = [{ do: "wait", pings: false }];

const answerAt =
  (endpoint: Endpoint) =>
  async ({ simulation, request, app }: Exchange): Promise<Reply> => {
    const { mode, version } = app.profile;
    const immediateReply = replayReply(simulation, app) ?? httpError(app.profile);
    if (immediateReply) return immediateReply;

    const body = asObject(request.body);
    const user = requireUser(body.user);
    const owner = ownerOf(app, user);
    if (!endpoint.modes.includes(mode)) throw new Refusal(400, endpoint.code, endpoint.message);
    const isChat = mode !== "completion" && mode !== "workflow";
    if (isChat && body.query === "") throw invalidParam("query is required");
    const isStream = streams(app.profile, body.response_mode);
    const isDetached = isStream && readTemplate(version, mode).startsWithPing;

    const continued = isChat && typeof body.conversation_id === "string" ? body.conversation_id : "";
    const earlier = continued === "" ? [] : simulation.messages.inConversation(owner, continued);
    const inputs = asObject(body.inputs);
    const query = String((isChat ? body.query : inputs.query) ?? "");

    const isLost = continued !== "" && earlier.length === 0;
    // 1.14.2 keeps such a stream open without sending anything.
    const isSilent = isLost && isDetached && findRecording(`${version}/cf-unknown-conv`)?.status === 200;
    if (isLost && !isSilent) throw notFound("Conversation Not Exists.");
    const hasFiles = simulation.uploads.areOwn(owner, body.files);
    const script = hasFiles ? writeScript(app.profile, echo(user, query, inputs, earlier)) : foreignFile;
    const steps = isLost ? silence : script;
    const [first] = steps;
    if (first?.do === "reject" && !isDetached) throw invalidParam(first.message);
    const isStarted = !isLost && first?.do !== "reject";

    const createdAt = Math.floor(Date.now() / 1_000);
    const conversationId = isChat ? continued || randomUUID() : undefined;
    const message =
      isStarted && mode !== "workflow"
        ? simulation.messages.add({
            owner,
            conversationId,
            inputs,
            query,
            createdAt,
            files: simulation.uploads.shown(body.files),
          })
        : undefined;
    const ids = { taskId: randomUUID(), runId: randomUUID(), messageId: message?.id, conversationId };
    const run = simulation.start({ app, message, ...ids, user, query, createdAt }, steps);
    return isStream ? streamReply(run) : wholeReply(mode, await run.firstOutcome);
  };

/** Succeeds even for an unknown task. */
const stop = ({ simulation, request, app, id }: Exchange): Reply => {
  const user = requireUser(asObject(request.body).user);
  simulation.findRun(app, ({ taskId }) => taskId === id)?.stop(user);
  return success;
};

export const askRoutes: readonly Route[] = [
  ["POST", "/v1/chat-messages", answerAt(chatEndpoint)],
  ["POST", "/v1/completion-messages", answerAt(completionEndpoint)],
  ["POST", "/v1/workflows/run", answerAt(workflowEndpoint)],
  ["POST", "/v1/chat-messages/:id/stop", stop],
  ["POST", "/v1/completion-messages/:id/stop", stop],
  ["POST", "/v1/workflows/tasks/:id/stop", stop],
];
