import * as v from "valibot";
import { lenient } from "#adapters/model-api/lenient.ts";
import type { AnswerEvent, AnswerOutcome } from "#core/answer/answer.ts";
import { type AnswerMachine, type DetachedRun, textOfOutputs } from "./answer-machine.ts";
import { type CallDifyPorts, errorBody, makeCallDify } from "./call-dify.ts";
import { filesOfOutputs } from "./dify-file.ts";
import { type DifyForm, isExpired } from "./dify-form.ts";
import { difyUser } from "./dify-ids.ts";
import type { AskedUser, DifyQuestion } from "./dify-request.ts";
import { isLostConversation, runFailure } from "./failures.ts";
import { makeReadOpenForms } from "./run-events.ts";
import { runOutputs } from "./run-outputs.ts";
import { factsOf, type StoredMessage, storedMessages } from "./stored-message.ts";

/** Until 1.12 the outputs are a JSON string (docs/spec/dify.md, A1). */
const outputs = v.union([runOutputs, v.pipe(v.string(), v.parseJson(), runOutputs)]);
const run = v.object({
  status: v.string(),
  outputs: v.fallback(v.nullish(outputs, {}), {}),
  error: lenient(v.string()),
  total_steps: lenient(v.number()),
});
type Run = v.InferOutput<typeof run>;

type TextSoFar = Pick<AnswerMachine, "received" | "lengthBefore">;

/** The messages of each page that is read: other questions may have followed in the same conversation. Dify allows 100. */
const messagesLookedAt = ["20", "100", "100"];

/** The state of a run, as Dify stores it. */
export type RunState =
  /** "unknown": Dify does not say. */
  | { readonly status: "running" | "unknown" }
  | {
      readonly status: "paused";
      /** Undefined in a workflow, which has no message. */
      readonly text: string | undefined;
      readonly forms: readonly DifyForm[];
      /** If it was not known before. */
      readonly runId?: string | undefined;
    }
  /** `more`: the events of the answer other than its text. */
  | {
      readonly status: "answered" | "broken_off";
      readonly text: string;
      readonly more: readonly AnswerEvent[];
    }
  | { readonly status: "ended"; readonly outcome: AnswerOutcome };

export type EndedRun = Exclude<RunState, { status: "running" | "unknown" }>;

export const hasEnded = (run: RunState): run is EndedRun =>
  run.status !== "running" && run.status !== "unknown";

/** "lost": Dify does not have the run, or has no answer for the message. */
export type FoundRun = RunState | { readonly status: "lost" };

const running: RunState = { status: "running" };
const unknown: RunState = { status: "unknown" };
const endedAs = (outcome: AnswerOutcome): RunState => ({ status: "ended", outcome });

/** The state of a run. Dify stores the message of a chatflow separately. */
const runStateOf = (
  { status, outputs, error = "", total_steps: steps }: Run,
  stored: StoredMessage | undefined,
  { received, lengthBefore }: TextSoFar,
  isQuiet: boolean,
): RunState => {
  switch (status) {
    case "running":
      // The message of a running run has no new answer. One that has lost its worker (1.14.2, 1.16.1).
      return isQuiet &&
        stored &&
        stored.answer.length > lengthBefore &&
        received.restOf(stored.answer) !== undefined
        ? { status: "broken_off", text: stored.answer, more: factsOf(stored) }
        : running;
    case "paused":
      return { status: "paused", text: stored?.answer, forms: stored?.extra_contents ?? [] };
    case "stopped":
      return endedAs({ status: "stopped" });
    case "succeeded":
    case "partial-succeeded": {
      const ofRun = textOfOutputs(outputs);
      const ofMessage = stored?.answer ?? "";
      // After an error branch or a default value, only the outputs are right. Otherwise the message is: it may be moderated.
      const text = status === "succeeded" ? ofMessage || ofRun : ofRun || ofMessage;
      const files = filesOfOutputs(outputs ?? {}).map((file): AnswerEvent => ({ type: "file", file }));
      return { status: "answered", text, more: stored ? factsOf(stored) : files };
    }
    default:
      return endedAs(received.length > 0 ? { status: "incomplete" } : runFailure({ status, error, steps }));
  }
};

interface LookUpOptions {
  /** Whether the run has sent neither events nor pings for some time. */
  readonly isQuiet: boolean;
  readonly signal: AbortSignal;
}

/** Asks Dify for the state of runs and conversations, rather than infer it from silence. */
export const makeLookUpAnswer = (ports: CallDifyPorts) => {
  const { clock } = ports;
  const readOpenForms = makeReadOpenForms(ports);
  const callDify = makeCallDify(ports);

  /** "lost" only if Dify says that it does not have the run; undefined if it does not answer. */
  const findStoredRun = async (
    { integration }: AskedUser,
    runId: string,
    signal: AbortSignal,
  ): Promise<Run | "lost" | undefined> => {
    const path = `workflows/run/${encodeURIComponent(runId)}`;
    const reply = await callDify({ method: "GET", integration, path, signal }).catch(() => undefined);
    const refusal = v.safeParse(errorBody, reply?.json);
    if (reply?.status === 404 && refusal.success && refusal.output.code === "not_found") return "lost";
    const parsed = v.safeParse(run, reply?.json);
    return reply?.status === 200 && parsed.success ? parsed.output : undefined;
  };

  /** "absent": Dify has deleted it, or it is behind many later ones. */
  const findMessage = async (
    { integration, user }: AskedUser,
    { conversationId, messageId }: DetachedRun["ids"],
    signal: AbortSignal,
  ): Promise<StoredMessage | "absent" | "unknown"> => {
    if (conversationId === undefined || messageId === undefined) return "absent";
    let oldest: StoredMessage | undefined;
    for (const limit of messagesLookedAt) {
      const page = oldest && { first_id: oldest.id };
      const query = { conversation_id: conversationId, user: difyUser(user), limit, ...page };
      const reply = await callDify({ method: "GET", integration, path: "messages", query, signal }).catch(
        () => undefined,
      );
      if (reply?.status === 404) return "absent";
      const parsed = v.safeParse(storedMessages, reply?.json);
      if (reply?.status !== 200 || !parsed.success) return "unknown";
      const { data } = parsed.output;
      const found = data.find(({ id }) => id === messageId);
      if (found) return found;
      [oldest] = data;
      if (!parsed.output.has_more || !oldest) return "absent";
    }
    return "absent";
  };

  const findEarlierRun = async (
    question: AskedUser,
    { runId, ids }: DetachedRun,
    textSoFar: TextSoFar,
    { isQuiet, signal }: LookUpOptions,
  ): Promise<FoundRun> => {
    const [found, message] = await Promise.all([
      findStoredRun(question, runId, signal),
      findMessage(question, ids, signal),
    ]);
    if (found === "lost") return { status: "lost" };
    if (!found) return unknown;
    // Without its message, which may be moderated, a chatflow's answer is not known.
    if (found.status.endsWith("succeeded") && message === "unknown") return running;
    const stored = typeof message === "string" ? undefined : message;
    const state = runStateOf(found, stored, textSoFar, isQuiet);
    if (state.status !== "paused") return state;
    const forms = stored ? state.forms : await readOpenForms(question, runId, signal);
    const now = clock.now();
    return { ...state, forms: forms.filter((form) => !isExpired(form, now)) };
  };

  return {
    findEarlierRun,

    /** As `findEarlierRun`, for a run that is known to exist. */
    async findRun(
      question: AskedUser,
      run: DetachedRun,
      textSoFar: TextSoFar,
      options: LookUpOptions,
    ): Promise<RunState> {
      const found = await findEarlierRun(question, run, textSoFar, options);
      return found.status === "lost" ? unknown : found;
    },

    /** The answer of a message without a run. Dify stores it once it is complete. */
    async findAnswer(
      question: AskedUser,
      ids: DetachedRun["ids"],
      signal: AbortSignal,
    ): Promise<EndedRun | undefined> {
      const stored = await findMessage(question, ids, signal);
      return typeof stored !== "string" && stored.status === "normal" && stored.answer !== ""
        ? { status: "answered", text: stored.answer, more: factsOf(stored) }
        : undefined;
    },

    /** Whether Dify has the conversation that the question continues; "unknown" if it does not answer. */
    async findConversation(
      { integration, user, conversationId }: DifyQuestion,
      signal: AbortSignal,
    ): Promise<"found" | "lost" | "unknown"> {
      if (conversationId === undefined) return "found";
      const query = { conversation_id: conversationId, user: difyUser(user), limit: "1" };
      const reply = await callDify({ method: "GET", integration, path: "messages", query, signal }).catch(
        () => undefined,
      );
      if (reply?.status === 200) return "found";
      const refusal = v.safeParse(errorBody, reply?.json);
      const isLost =
        reply !== undefined &&
        refusal.success &&
        isLostConversation(reply.status, refusal.output.code, refusal.output.message);
      return isLost ? "lost" : "unknown";
    },
  };
};

export type LookUpAnswer = ReturnType<typeof makeLookUpAnswer>;
