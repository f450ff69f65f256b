import { passEvents } from "#adapters/model-api/pass-events.ts";
import type { Model } from "#core/answer/model.ts";
import type { DifyType } from "#core/bot/integration-types.ts";
import { type AnswerIds, makeAnswerMachine } from "./answer-machine.ts";
import type { CallDifyPorts } from "./call-dify.ts";
import { type DifyReference, readReference } from "./dify-ids.ts";
import { type DifyQuestion, toDifyQuestion } from "./dify-request.ts";
import { type FoundRun, hasEnded, makeLookUpAnswer } from "./look-up-answer.ts";
import { emitFound, makeRecoverAnswer } from "./recover-answer.ts";
import { makeWaitForRun } from "./run-events.ts";

/** As the stream of the run began. */
const startEvent = ({ conversationId, messageId, taskId }: AnswerIds, run: DifyReference["run"]) =>
  ({
    event: "workflow_started",
    workflow_run_id: run?.id,
    data: { reason: run?.isDetached ? "resumption" : undefined },
    conversation_id: conversationId,
    message_id: messageId,
    task_id: taskId,
  }) as const;

/**
 * Finds the answer of a turn by Dify's ids. A run from 1.13 on continues without its client, and is waited for. Other answers
 * are only found if they were complete: Dify ends them with their client, and stores nothing.
 */
export const makeRecoverTurn = (ports: CallDifyPorts): Required<Model<DifyType>>["recover"] => {
  const { clock } = ports;
  const lookUpAnswer = makeLookUpAnswer(ports);
  const recoverAnswer = makeRecoverAnswer({
    ...ports,
    findRun: lookUpAnswer.findRun,
    waitForRun: makeWaitForRun(ports),
  });

  return async (input, reference, listener, limits) => {
    const { signal } = limits;
    const asked = toDifyQuestion(input);
    const ids = readReference(reference);
    if (!ids) return undefined;
    const question: DifyQuestion = { ...asked, user: ids.user };
    const { run, taskId, messageId } = ids;
    // Of an app without runs, only the conversation's memory has the id.
    const conversationId = run?.conversationId ?? asked.conversationId;
    const answerIds: AnswerIds = { conversationId, messageId, taskId };
    const machine = makeAnswerMachine(question);

    const find = async (): Promise<FoundRun> => {
      if (!run) return (await lookUpAnswer.findAnswer(question, answerIds, signal)) ?? { status: "lost" };
      const options = { isQuiet: false, signal };
      return lookUpAnswer.findEarlierRun(question, { runId: run.id, ids: answerIds }, machine, options);
    };

    const found = await find();
    if (signal.aborted) return { status: "abandoned" };
    if (found.status === "lost" || (!hasEnded(found) && !run?.isDetached)) return undefined;
    await passEvents(machine.take(startEvent(answerIds, run)), listener, { ...limits, clock });
    const { detachedRun } = machine;
    const outcome = hasEnded(found)
      ? await emitFound(found, machine, listener, { ...limits, clock })
      : detachedRun && (await recoverAnswer(question, machine, detachedRun, listener, limits));
    return signal.aborted ? { status: "abandoned" } : outcome;
  };
};
