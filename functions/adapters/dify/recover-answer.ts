import * as v from "valibot";
import type { AnswerEvent, AnswerOutcome, Question, TurnLimits } from "#core/answer/answer.ts";
import { type AnswerMachine, type DetachedRun, textOfOutputs } from "./answer-machine.ts";
import { answerSources } from "./answer-metadata.ts";
import { type CallDifyPorts, type DifyCall, makeCallDify } from "./call-dify.ts";
import { difyFile, filesOfOutputs } from "./dify-file.ts";
import { difyUser } from "./dify-request.ts";
import { lenientList } from "./lenient.ts";

/** What the user has sent stands there as well. */
const answersFile = v.pipe(
  v.looseObject({}),
  v.check(({ belongs_to }) => belongs_to !== "user"),
  difyFile,
);

const messages = v.object({
  data: lenientList(
    v.object({
      id: v.string(),
      answer: v.string(),
      status: v.string(),
      message_files: lenientList(answersFile),
      retriever_resources: answerSources,
    }),
  ),
});

/** Until 1.12 the outputs are a text that holds JSON (docs/spec/dify.md, A1). */
const outputs = v.union([
  v.record(v.string(), v.unknown()),
  v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown())),
]);
const run = v.object({ status: v.string(), outputs: v.fallback(v.nullish(outputs, {}), {}) });

/** A page holds what others have said in the conversation since. */
const messagesLookedAt = "20";

const incomplete: AnswerOutcome = { status: "incomplete" };

/** How a run has ended, and what it has left: "running" where it has not. */
type Found =
  | "running"
  | { readonly outcome: AnswerOutcome }
  | {
      readonly outcome: { readonly status: "answered" };
      readonly text: string;
      readonly more: AnswerEvent[];
    };

const answered = (text: string, more: AnswerEvent[]): Found => ({
  outcome: { status: "answered" },
  text,
  more,
});

/**
 * A chatflow or workflow from 1.13 on runs to its end when its stream is cut, and keeps its answer (docs/spec/dify.md, A8-8).
 * Waits for it, and brings what is still missing of it; where it is kept otherwise than it was said, all of it, in the place
 * of what was said.
 */
export const makeRecoverAnswer = ({ clock, waits, ...ports }: CallDifyPorts) => {
  const callDify = makeCallDify({ clock, waits, ...ports });

  /** Undefined where Dify does not say, for whatever reason. */
  const lookUp = async <T extends v.GenericSchema>(
    schema: T,
    call: Omit<DifyCall, "method">,
  ): Promise<v.InferOutput<T> | undefined> => {
    const reply = await callDify({ method: "GET", ...call }).catch(() => undefined);
    const parsed = v.safeParse(schema, reply?.json);
    return reply?.status === 200 && parsed.success ? parsed.output : undefined;
  };

  const findRun = async ({ integration }: Question, runId: string, signal: AbortSignal): Promise<Found> => {
    const path = `workflows/run/${encodeURIComponent(runId)}`;
    const found = await lookUp(run, { integration, path, signal });
    if (!found || found.status === "running") return "running";
    if (found.status === "paused") return { outcome: { status: "paused", form: undefined } };
    if (found.status === "stopped") return { outcome: { status: "stopped" } };
    if (!found.status.endsWith("succeeded")) return { outcome: incomplete };
    const files = filesOfOutputs(found.outputs ?? {}).map((file): AnswerEvent => ({ type: "file", file }));
    return answered(textOfOutputs(found.outputs), files);
  };

  const findMessage = async (
    { integration, user }: Question,
    conversationId: string,
    messageId: string,
    signal: AbortSignal,
  ): Promise<Found> => {
    const query = { conversation_id: conversationId, user: difyUser(user), limit: messagesLookedAt };
    const found = await lookUp(messages, { integration, path: "messages", query, signal });
    const message = found?.data.find(({ id }) => id === messageId);
    if (message?.status === "error") return { outcome: incomplete };
    // Until the run has ended its answer is empty.
    if (!message || message.answer === "") return "running";
    const files = message.message_files.map((file): AnswerEvent => ({ type: "file", file }));
    const facts = { usage: undefined, sources: message.retriever_resources };
    return answered(message.answer, [...files, { type: "facts", facts }]);
  };

  return async (
    question: Question,
    machine: AnswerMachine,
    { runId, ids }: DetachedRun,
    listener: (event: AnswerEvent) => void | Promise<void>,
    { deadline, signal }: TurnLimits,
  ): Promise<AnswerOutcome> => {
    const { conversationId, messageId } = ids;
    const lastLookAt = Math.min(deadline, clock.now() + waits.recoveryMs);
    for (;;) {
      const found =
        conversationId === undefined || messageId === undefined
          ? await findRun(question, runId, signal)
          : await findMessage(question, conversationId, messageId, signal);
      if (found !== "running") {
        if (!("text" in found)) return found.outcome;
        const rest = machine.said.restOf(found.text);
        if (rest === undefined) await listener({ type: "replace", text: found.text });
        else if (rest !== "") await listener({ type: "delta", text: rest });
        for (const event of found.more) await listener(event);
        return found.outcome;
      }
      if (signal.aborted || clock.now() + waits.recoveryPauseMs >= lastLookAt) return incomplete;
      await clock.sleep(waits.recoveryPauseMs, signal);
    }
  };
};
