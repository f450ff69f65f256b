import type { App } from "../apps/apps.ts";
import type { Behaviour } from "../apps/behaviour.ts";
import type { AppMode } from "../apps/profile.ts";
import { authenticate, type Exchange, readJsonObject, requiredUser } from "../http/exchange.ts";
import { type HttpReply, prettyReply, wholeReply } from "../http/http-reply.ts";
import { invalidParam, refusal } from "../http/refusal.ts";
import type { Route } from "../http/router.ts";
import { checkFields, type RunRoute } from "../requests/field-problems.ts";
import { prepareRun } from "../requests/prepare-run.ts";
import { blockingReply } from "../runs/blocking.ts";
import { idleStream, runStream } from "../runs/event-stream.ts";

const modesOf: Readonly<Record<RunRoute, readonly AppMode[]>> = {
  chat: ["chat", "agent-chat", "advanced-chat", "agent"],
  completion: ["completion"],
  workflow: ["workflow"],
};

const wrongRoute = "Please check if your app mode matches the right API route.";

const wrongMode: Readonly<Record<RunRoute, () => Error>> = {
  chat: () => refusal(400, "not_chat_app", wrongRoute),
  completion: () => refusal(400, "app_unavailable", "App unavailable, please check your app configurations."),
  workflow: () => refusal(400, "not_workflow_app", wrongRoute),
};

/** What an app does before it so much as reads the request. */
const answerUnread = (behaviour: Behaviour): HttpReply | undefined => {
  switch (behaviour.kind) {
    case "refuse":
      return { kind: "destroyed" };
    case "silent":
      return { kind: "silence" };
    case "http_error": {
      const { status = 500, code, message } = behaviour;
      return code === undefined
        ? wholeReply(status, "text/html", `<html><body><h1>${status}</h1>${message}</body></html>\n`)
        : prettyReply(status, { code, message, status });
    }
    default:
      return undefined;
  }
};

const isStreaming = (mode: AppMode, responseMode: unknown): boolean =>
  responseMode === "streaming" || (mode === "agent" && responseMode !== "blocking");

/** The app answers in one piece, whatever it is asked for. */
const answersWhole = ({ kind }: Behaviour): boolean => kind === "no_streaming";

const checkStreaming = (behaviour: Behaviour, streaming: boolean): void => {
  if (streaming && behaviour.kind === "no_streaming" && behaviour.how === "refuses") {
    throw invalidParam("Streaming mode is not supported by this server");
  }
};

const checkBlocking = (mode: AppMode, streaming: boolean): void => {
  if (!streaming && mode === "agent-chat") {
    throw invalidParam("Agent Chat App does not support blocking mode");
  }
  if (!streaming && mode === "agent") {
    throw refusal(400, "bad_request", "Agent App only supports streaming response mode.");
  }
};

const answerRun = async (route: RunRoute, app: App, exchange: Exchange): Promise<HttpReply> => {
  const { standIn } = exchange;
  const { mode } = app.profile;
  const behaviour = app.takeBehaviour();
  const unread = answerUnread(behaviour);
  if (unread !== undefined) return unread;
  const body = readJsonObject(exchange, app.traits);
  const user = requiredUser(body.user);
  if (!modesOf[route].includes(mode)) throw wrongMode[route]();
  checkFields(app.traits, route, body);
  const asksStream = isStreaming(mode, body.response_mode);
  checkStreaming(behaviour, asksStream);
  checkBlocking(mode, asksStream);
  const streaming = asksStream && !answersWhole(behaviour);
  const prepared = prepareRun({
    standIn,
    app,
    behaviour,
    user,
    body,
    path: exchange.url.pathname,
    streaming,
  });
  switch (prepared.kind) {
    case "hangs":
      return idleStream(standIn, app, []);
    case "fails_in_stream":
      // A7: neither code nor ids.
      return idleStream(standIn, app, [{ event: "error", message: prepared.problem, status: 500 }]);
    case "ready": {
      const run = standIn.runs.start(prepared.turn, prepared.onOutcome);
      return streaming ? runStream(standIn, run, "beginning") : blockingReply(run);
    }
  }
};

const runRoute = (route: RunRoute, path: string): Route => ({
  method: "POST",
  path,
  handle: (exchange) => answerRun(route, authenticate(exchange), exchange),
});

export const runRoutes: readonly Route[] = [
  runRoute("chat", "/v1/chat-messages"),
  runRoute("completion", "/v1/completion-messages"),
  runRoute("workflow", "/v1/workflows/run"),
];
