import { runsGraph } from "../apps/apps.ts";
import { notExists } from "../http/not-exists.ts";
import { invalidParam } from "../http/refusal.ts";
import { isJsonObject } from "../json.ts";
import type { Conversation } from "../state/conversations.ts";
import { checkFiles } from "./files.ts";
import { checkInputs } from "./inputs.ts";
import { openTurn } from "./open-turn.ts";
import type { PreparedRun, RunRequest } from "./run-request.ts";

type Continued =
  | { readonly kind: "new" }
  | { readonly kind: "known"; readonly conversation: Conversation }
  | { readonly kind: "hangs" };

/** A5: the conversation to go on with, or what the version does when it does not know it. */
const findContinued = ({ standIn, app, user, body, path, streaming }: RunRequest): Continued => {
  const id = typeof body.conversation_id === "string" ? body.conversation_id.trim() : "";
  if (id === "" || app.profile.mode === "completion" || app.profile.mode === "workflow") {
    return { kind: "new" };
  }
  const conversation = standIn.conversations.find(app.key, user, id);
  if (conversation !== undefined) return { kind: "known", conversation };
  const inWorker = streaming && app.profile.mode === "advanced-chat";
  switch (inWorker ? app.traits.unknownConversation : "not_found") {
    case "hangs":
      return { kind: "hangs" };
    case "starts_new":
      return { kind: "new" };
    case "not_found":
      throw notExists(app.traits, "Conversation", path);
  }
};

/** A7: where the mistake in the inputs shows. */
const failBeforeRun = ({ app, streaming }: RunRequest, problem: string): PreparedRun => {
  switch (streaming && runsGraph(app.profile.mode) ? app.traits.preRunFailure : "http") {
    case "hangs":
      return { kind: "hangs" };
    case "in_stream":
      return { kind: "fails_in_stream", problem };
    case "http":
      throw invalidParam(problem);
  }
};

/** Everything that can go wrong before the first node, and then the turn. */
export const prepareRun = (request: RunRequest): PreparedRun => {
  const { app, body } = request;
  const isChat = app.profile.mode !== "completion" && app.profile.mode !== "workflow";
  if (isChat && body.query === "") throw invalidParam("query is required");
  const found = findContinued(request);
  if (found.kind === "hangs") return found;
  const conversation = found.kind === "known" ? found.conversation : undefined;
  if (conversation !== undefined && app.traits.inputsPinned) {
    return { kind: "ready", ...openTurn(request, conversation, conversation.inputs) };
  }
  checkFiles(request.standIn, app, request.user, body.files);
  const checked = checkInputs(app.profile.form, isJsonObject(body.inputs) ? body.inputs : {});
  return checked.kind === "bad"
    ? failBeforeRun(request, checked.problem)
    : { kind: "ready", ...openTurn(request, conversation, checked.inputs) };
};
