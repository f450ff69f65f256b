import * as v from "valibot";
import { lenient } from "#adapters/model-api/lenient.ts";
import type { AnswerEvent, AnswerOutcome } from "#core/answer/answer.ts";
import { type AnswerMachine, type DetachedRun, textOfOutputs } from "./answer-machine.ts";
import { type CallDifyPorts, errorBody, makeCallDify, makeLookUp } from "./call-dify.ts";
import { filesOfOutputs } from "./dify-file.ts";
import type { DifyForm } from "./dify-form.ts";
import { difyUser } from "./dify-ids.ts";
import type { DifyQuestion } from "./dify-request.ts";
import { isLostConversation, runFailure } from "./failures.ts";
import { factsOf, type StoredMessage, storedMessages } from "./stored-message.ts";

/** Until 1.12 the outputs are a JSON string (docs/spec/dify.md, A1). */
const outputs = v.union([
  v.record(v.string(), v.unknown()),
  v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown())),
]);
const run = v.object({
  status: v.string(),
  outputs: v.fallback(v.nullish(outputs, {}), {}),
  error: lenient(v.string()),
  total_steps: lenient(v.number()),
});
type Run = v.InferOutput<typeof run>;

/** The app that was asked, and for whom. */
type AskedUser = Pick<DifyQuestion, "integration" | "user">;

/** More than one: other questions may have followed in the same conversation. */
const messagesLookedAt = "20";

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

const running: RunState = { status: "running" };
const unknown: RunState = { status: "unknown" };
const endedAs = (outcome: AnswerOutcome): RunState => ({ status: "ended", outcome });

/** The state of a run. Dify stores the message of a chatflow separately. */
const runStateOf = (
  { status, outputs, error = "", total_steps: steps }: Run,
  stored: StoredMessage | undefined,
  received: AnswerMachine["received"],
  isQuiet: boolean,
): RunState => {
  switch (status) {
    case "running":
      // The message of a running run has no answer. One with an answer lost its worker (1.14.2, 1.16.1).
      return isQuiet && stored && stored.answer !== "" && received.restOf(stored.answer) !== undefined
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

/** Asks Dify for the state of runs and conversations, rather than infer it from silence. */
export const makeLookUpAnswer = (ports: CallDifyPorts) => {
  const callDify = makeCallDify(ports);
  const lookUp = makeLookUp(callDify);

  const findMessage = async (
    { integration, user }: AskedUser,
    { conversationId, messageId }: DetachedRun["ids"],
    signal: AbortSignal,
  ): Promise<StoredMessage | undefined> => {
    if (conversationId === undefined || messageId === undefined) return undefined;
    const query = { conversation_id: conversationId, user: difyUser(user), limit: messagesLookedAt };
    const found = await lookUp(storedMessages, { integration, path: "messages", query, signal });
    return found?.data.find(({ id }) => id === messageId);
  };

  return {
    /** `isQuiet`: the run has sent neither events nor pings for some time. */
    async findRun(
      question: AskedUser,
      { runId, ids }: DetachedRun,
      { received }: Pick<AnswerMachine, "received">,
      { isQuiet, signal }: { readonly isQuiet: boolean; readonly signal: AbortSignal },
    ): Promise<RunState> {
      const path = `workflows/run/${encodeURIComponent(runId)}`;
      const [found, stored] = await Promise.all([
        lookUp(run, { integration: question.integration, path, signal }),
        findMessage(question, ids, signal),
      ]);
      // Without its message, which may be moderated, a chatflow's answer is not known.
      const isUnknown = ids.messageId !== undefined && stored === undefined;
      const isAnswered = found?.status.endsWith("succeeded");
      if (!found) return unknown;
      return isAnswered && isUnknown ? running : runStateOf(found, stored, received, isQuiet);
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
