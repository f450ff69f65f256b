import * as v from "valibot";
import type { AnswerEvent, AnswerOutcome, Question, TurnLimits } from "../../core/answer.ts";
import { type AnswerMachine, type DetachedRun, textOfOutputs } from "./answer-machine.ts";
import { type CallDifyPorts, type DifyCall, makeCallDify } from "./call-dify.ts";
import { difyUser } from "./dify-request.ts";
import { lenientList } from "./lenient.ts";

const messages = v.object({
  data: lenientList(v.object({ id: v.string(), answer: v.string(), status: v.string() })),
});

const run = v.object({
  status: v.string(),
  outputs: v.nullish(v.record(v.string(), v.unknown()), {}),
});

/** A page holds what others have said in the conversation since. */
const messagesLookedAt = "20";

const incomplete: AnswerOutcome = { status: "incomplete" };

/**
 * A chatflow or workflow from 1.13 on runs to its end when its stream is cut, and keeps its answer (docs/spec/dify.md, A8-8).
 * Waits for it, and brings what is still missing of it; an answer that is not the one begun stays incomplete.
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

  /** The whole answer, once the run has come to a good end; false where it has come to another. */
  const findAnswer = async (
    { integration, user }: Question,
    { runId, ids }: DetachedRun,
    signal: AbortSignal,
  ): Promise<string | false | undefined> => {
    const { conversationId, messageId } = ids;
    if (conversationId === undefined || messageId === undefined) {
      const path = `workflows/run/${encodeURIComponent(runId)}`;
      const found = await lookUp(run, { integration, path, signal });
      if (!found || found.status === "running") return undefined;
      return /succeeded$/.test(found.status) && textOfOutputs(found.outputs);
    }
    const query = { conversation_id: conversationId, user: difyUser(user), limit: messagesLookedAt };
    const found = await lookUp(messages, { integration, path: "messages", query, signal });
    const message = found?.data.find(({ id }) => id === messageId);
    if (message?.status === "error") return false;
    // Until the run has ended its answer is empty.
    return message?.answer === "" ? undefined : message?.answer;
  };

  return async (
    question: Question,
    machine: AnswerMachine,
    detachedRun: DetachedRun,
    listener: (event: AnswerEvent) => void | Promise<void>,
    { deadline, signal }: TurnLimits,
  ): Promise<AnswerOutcome> => {
    const lastLookAt = Math.min(deadline, clock.now() + waits.recoveryMs);
    for (;;) {
      const whole = await findAnswer(question, detachedRun, signal);
      if (whole !== undefined) {
        const rest = whole === false ? undefined : machine.said.restOf(whole);
        if (rest === undefined) return incomplete;
        if (rest !== "") await listener({ type: "delta", text: rest });
        return { status: "answered" };
      }
      if (signal.aborted || clock.now() + waits.recoveryPauseMs >= lastLookAt) return incomplete;
      await clock.sleep(waits.recoveryPauseMs, signal);
    }
  };
};
