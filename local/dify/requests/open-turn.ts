import { randomUUID } from "node:crypto";
import type { JsonObject } from "../json.ts";
import { retrieverResources } from "../runs/sources.ts";
import type { Outcome } from "../runs/steps.ts";
import { type Conversation, nowInSeconds, type StoredMessage } from "../state/conversations.ts";
import type { PreparedRun, RunRequest } from "./run-request.ts";

type OpenedTurn = Omit<Extract<PreparedRun, { readonly kind: "ready" }>, "kind">;

// A completion's and a workflow's question is, by convention, its input `query`.
const queryOf = ({ app, body }: RunRequest, inputs: JsonObject): string => {
  const { mode } = app.profile;
  const query = mode === "completion" || mode === "workflow" ? inputs.query : body.query;
  return typeof query === "string" ? query.replaceAll("\0", "") : "";
};

const openConversation = (
  { standIn, app, user }: RunRequest,
  query: string,
  inputs: JsonObject,
): Conversation =>
  standIn.conversations.open({
    appKey: app.key,
    user,
    name: app.traits.namedByQuery ? query.slice(0, 20) : "New conversation",
    introduction: app.profile.openingStatement,
    inputs,
  });

const pictureLinks = /!\[[^\]]*\]\([^)]*\)/g;

const storedAnswer = ({ app, behaviour }: RunRequest, answer: string): string =>
  behaviour.kind === "files" && app.traits.stripsStoredLinks ? answer.replace(pictureLinks, "") : answer;

const keepOutcome = (message: StoredMessage | undefined, request: RunRequest, outcome: Outcome): void => {
  if (message !== undefined && outcome.kind === "answered") {
    message.answer = storedAnswer(request, outcome.answer);
    message.retrieverResources = retrieverResources(request.app.profile.sources);
  }
  if (message !== undefined && outcome.kind === "failed") message.error = outcome.failure.message;
};

/** Enters the turn into its conversation, a new one where none is continued. */
export const openTurn = (
  request: RunRequest,
  continuedOne: Conversation | undefined,
  inputs: JsonObject,
): OpenedTurn => {
  const { standIn, app, behaviour, user, body } = request;
  const { mode } = app.profile;
  const query = queryOf(request, inputs);
  const converses = mode !== "completion" && mode !== "workflow";
  const conversation = converses ? (continuedOne ?? openConversation(request, query, inputs)) : undefined;
  const previousQuery = conversation?.messages.at(-1)?.query;
  const message =
    mode === "workflow"
      ? undefined
      : standIn.conversations.addMessage({ appKey: app.key, user, inputs, query }, conversation);
  const named = continuedOne === undefined && converses && body.auto_generate_name !== false;
  return {
    turn: {
      app,
      behaviour,
      user,
      endUserId: randomUUID(),
      query,
      inputs,
      taskId: randomUUID(),
      runId: randomUUID(),
      messageId: message?.id,
      conversation:
        conversation === undefined
          ? undefined
          : { id: conversation.id, turnNumber: conversation.messages.length, previousQuery },
      createdAt: nowInSeconds(),
      paceMs: app.profile.paceMs ?? standIn.timing.paceMs,
      namingDelayMs: named ? app.traits.namingDelayMs : 0,
    },
    onOutcome: (outcome) => keepOutcome(message, request, outcome),
  };
};
