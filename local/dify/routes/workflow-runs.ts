import type { App } from "../apps/apps.ts";
import { authenticate, type Exchange, readJsonObject, requiredUser } from "../http/exchange.ts";
import { prettyReply } from "../http/http-reply.ts";
import { refusal } from "../http/refusal.ts";
import type { Route } from "../http/router.ts";
import { spacedJson } from "../http/wire-format.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { finishedStream, runStream } from "../runs/event-stream.ts";
import type { Run } from "../runs/run.ts";

const findRun = ({ standIn }: Exchange, app: App, id = ""): Run => {
  const run = standIn.runs.byRunId(app.key, id);
  if (run === undefined) throw refusal(404, "not_found", "Workflow run not found");
  return run;
};

/** As it is stored, a text; the versions that know runs without a client read it before they show it (S114). */
const shownOutputs = ({ traits }: App, outputs: JsonValue): JsonValue => {
  if (traits.detachedRuns) return outputs ?? {};
  return outputs === null ? null : spacedJson(outputs);
};

const shownRun = (run: Run): JsonObject => {
  const outcome = run.outcome();
  const data = outcome !== undefined && "run" in outcome ? outcome.run : undefined;
  return {
    id: run.turn.runId,
    workflow_id: run.turn.app.workflowId,
    status: data?.status ?? (outcome?.kind === "paused" ? "paused" : "running"),
    inputs: spacedJson(run.turn.inputs),
    outputs: shownOutputs(run.turn.app, data?.outputs ?? null),
    error: data?.error ?? null,
    total_steps: data?.total_steps ?? 0,
    total_tokens: data?.total_tokens ?? 0,
    created_at: run.turn.createdAt,
    finished_at: data?.finished_at ?? null,
    elapsed_time: data?.elapsed_time ?? 0,
  };
};

/** A run that is over shows its end alone; one that runs goes on, from its beginning with a snapshot. */
const reopen = (exchange: Exchange, id: string | undefined) => {
  const app = authenticate(exchange);
  const { searchParams } = exchange.url;
  const user = requiredUser(searchParams.get("user"));
  const run = findRun(exchange, app, id);
  if (!app.traits.detachedRuns || run.turn.user !== user) {
    throw refusal(404, "not_found", "Workflow run not found");
  }
  const outcome = run.outcome();
  if (outcome !== undefined && outcome.kind !== "paused") {
    const finished = run.events().filter(({ event }) => event === "workflow_finished");
    return finishedStream(exchange.standIn, app, finished);
  }
  const wholeStory = searchParams.get("include_state_snapshot") === "true";
  return runStream(exchange.standIn, run, wholeStory ? "beginning" : "now");
};

const findPausedRun = ({ standIn }: Exchange, app: App, token = ""): Run => {
  const run = standIn.runs.byFormToken(app.key, token);
  if (run === undefined) throw refusal(404, "not_found", "Form not found");
  return run;
};

const fillForm = (exchange: Exchange, token: string | undefined) => {
  const app = authenticate(exchange);
  const body = readJsonObject(exchange, app.traits);
  requiredUser(body.user);
  const { action } = body;
  const run = findPausedRun(exchange, app, token);
  run.fillForm(typeof action === "string" ? action : "");
  return prettyReply(200, {});
};

export const workflowRunRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/v1/workflows/run/:id",
    handle: (exchange, { id }) => prettyReply(200, shownRun(findRun(exchange, authenticate(exchange), id))),
  },
  { method: "GET", path: "/v1/workflow/:id/events", handle: (exchange, { id }) => reopen(exchange, id) },
  {
    method: "GET",
    path: "/v1/form/human_input/:token",
    handle: (exchange, { token }) =>
      prettyReply(200, findPausedRun(exchange, authenticate(exchange), token).waitingForm()?.form ?? {}),
  },
  {
    method: "POST",
    path: "/v1/form/human_input/:token",
    handle: (exchange, { token }) => fillForm(exchange, token),
  },
];
