import * as v from "valibot";
import { lenientList } from "#adapters/model-api/lenient.ts";
import { passEvents } from "#adapters/model-api/pass-events.ts";
import type { AnswerEvent, AnswerOutcome } from "#core/answer/answer.ts";
import type { AnswerListener, AskLimits } from "#core/answer/model.ts";
import { type AnswerMachine, type DetachedRun, textOfOutputs } from "./answer-machine.ts";
import { answerSources } from "./answer-metadata.ts";
import { type CallDifyPorts, type DifyCall, makeCallDify } from "./call-dify.ts";
import { difyFile, filesOfOutputs } from "./dify-file.ts";
import { difyUser } from "./dify-ids.ts";
import type { DifyQuestion } from "./dify-request.ts";

/** The list also holds the files that the user has sent. */
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

/** More than one: others in the same conversation may have asked since. */
const messagesLookedAt = "20";

const incomplete: AnswerOutcome = { status: "incomplete" };

/** What is known of a run. `more`: the events of its answer other than the text. */
type Found =
  | { readonly status: "running" }
  | { readonly status: "answered"; readonly text: string; readonly more: readonly AnswerEvent[] }
  | { readonly status: "ended"; readonly outcome: AnswerOutcome };

const running: Found = { status: "running" };
const endedAs = (outcome: AnswerOutcome): Found => ({ status: "ended", outcome });

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

  const findRun = async (
    { integration }: DifyQuestion,
    runId: string,
    signal: AbortSignal,
  ): Promise<Found> => {
    const path = `workflows/run/${encodeURIComponent(runId)}`;
    const found = await lookUp(run, { integration, path, signal });
    if (!found || found.status === "running") return running;
    if (found.status === "paused") return endedAs({ status: "paused", form: undefined });
    if (found.status === "stopped") return endedAs({ status: "stopped" });
    if (!found.status.endsWith("succeeded")) return endedAs(incomplete);
    const files = filesOfOutputs(found.outputs ?? {}).map((file): AnswerEvent => ({ type: "file", file }));
    return { status: "answered", text: textOfOutputs(found.outputs), more: files };
  };

  const findMessage = async (
    { integration, user }: DifyQuestion,
    conversationId: string,
    messageId: string,
    signal: AbortSignal,
  ): Promise<Found> => {
    const query = { conversation_id: conversationId, user: difyUser(user), limit: messagesLookedAt };
    const found = await lookUp(messages, { integration, path: "messages", query, signal });
    const message = found?.data.find(({ id }) => id === messageId);
    if (message?.status === "error") return endedAs(incomplete);
    // Until the run has ended its answer is empty.
    if (!message || message.answer === "") return running;
    const files = message.message_files.map((file): AnswerEvent => ({ type: "file", file }));
    const facts = { usage: undefined, sources: message.retriever_resources };
    return { status: "answered", text: message.answer, more: [...files, { type: "facts", facts }] };
  };

  return async (
    question: DifyQuestion,
    machine: AnswerMachine,
    { runId, ids }: DetachedRun,
    listener: AnswerListener,
    { deadline, signal }: AskLimits,
  ): Promise<AnswerOutcome> => {
    const { conversationId, messageId } = ids;
    const lastLookAt = Math.min(deadline, clock.now() + waits.recoveryMs);
    for (;;) {
      const found =
        conversationId === undefined || messageId === undefined
          ? await findRun(question, runId, signal)
          : await findMessage(question, conversationId, messageId, signal);
      if (found.status === "ended") return found.outcome;
      if (found.status === "answered") {
        const rest = machine.said.restOf(found.text);
        const text: AnswerEvent =
          rest === undefined ? { type: "replace", text: found.text } : { type: "delta", text: rest };
        await passEvents([text, ...found.more], listener, { clock, deadline, signal });
        return { status: "answered" };
      }
      if (signal.aborted || clock.now() + waits.recoveryPauseMs >= lastLookAt) return incomplete;
      await clock.sleep(waits.recoveryPauseMs, signal);
    }
  };
};
