import { failed } from "#adapters/model-api/failures.ts";
import type { AnswerOutcome } from "#core/answer/answer.ts";
import type { Model, ResumeOutcome } from "#core/answer/model.ts";
import type { DifyType } from "#core/bot/integration-types.ts";
import { makeAnswerMachine } from "./answer-machine.ts";
import { type CallDifyPorts, makeCallDify } from "./call-dify.ts";
import { writeReference } from "./dify-ids.ts";
import { makeLookUpAnswer, type RunState } from "./look-up-answer.ts";
import { readPausedRun, stillWaits } from "./paused-run.ts";
import { readAnswer } from "./read-answer.ts";
import { emitFound, makeRecoverAnswer } from "./recover-answer.ts";
import { makeOpenRunEvents, makeWaitForRun } from "./run-events.ts";
import { makeSubmitForm, type SubmittedForm } from "./submit-form.ts";

type ResumeDify = NonNullable<Model<DifyType>["resume"]>;

const waiting: ResumeOutcome = { status: "waiting", isRunning: false };
const runningSoon: ResumeOutcome = { status: "waiting", isRunning: true };
const expired: ResumeOutcome = { status: "closed", reason: "expired" };

/** Calls `onFirst` when the first bytes have come. */
async function* withFirstBytes(body: AsyncIterable<Buffer>, onFirst: () => void): AsyncGenerator<Buffer> {
  for await (const bytes of body) {
    onFirst();
    yield bytes;
  }
}

/** Continues runs that wait for human input (docs/spec/dify.md, A9). */
export const makeResumeDify = (ports: CallDifyPorts): ResumeDify => {
  const { clock, timeouts } = ports;
  const callDify = makeCallDify(ports);
  const lookUpAnswer = makeLookUpAnswer(ports);
  const openRunEvents = makeOpenRunEvents(ports);
  const waitForRun = makeWaitForRun(ports);
  const submitForm = makeSubmitForm(callDify);

  return async ({ integration, reference, input }, listener, limits) => {
    const { deadline, signal } = limits;
    if (signal.aborted) return { status: "abandoned" };
    const paused = readPausedRun(reference);
    if (!paused) return expired;
    const { runId, user, received, asked: askedForms, conversationId, messageId, taskId } = paused;
    const ids = { conversationId, messageId, taskId };
    const run = { runId, ids };
    const asked = { integration, user };
    const machine = makeAnswerMachine({ user, conversationId }, { ...run, received, asked: askedForms });
    const ended = new AbortController();
    const end = (): void => ended.abort("ended");

    const findRun = (isQuiet: boolean, until: AbortSignal): Promise<RunState> =>
      lookUpAnswer.findRun(asked, run, machine, { isQuiet, signal: until });

    /** Whether nobody has filled in the form. */
    const isUnchanged = (found: RunState): boolean =>
      found.status === "paused" && stillWaits(paused, found.forms);

    /** Nobody filled in the form within Dify's limit for all forms, or somebody stopped the run. */
    const expiredIfStopped = (outcome: AnswerOutcome): ResumeOutcome =>
      outcome.status === "stopped" && machine.received.length === machine.lengthBefore ? expired : outcome;

    const check = async (): Promise<ResumeOutcome> => {
      const found = await findRun(false, signal);
      switch (found.status) {
        case "unknown":
          return waiting;
        case "running":
          return runningSoon;
        case "paused":
          if (isUnchanged(found)) return waiting;
      }
      return expiredIfStopped(await emitFound(found, machine, listener, { ...limits, clock }));
    };

    /** Until a worker begins, Dify says that the run waits for the form that was just submitted. */
    const findResumedRun = async (isQuiet: boolean, until: AbortSignal): Promise<RunState> => {
      const found = await findRun(isQuiet, until);
      return isUnchanged(found) ? { status: "running" } : found;
    };

    /** Undefined: the events of the run have the rest. */
    const failureOf = async (submitted: SubmittedForm): Promise<ResumeOutcome | undefined> => {
      if (submitted.status === "accepted") return undefined;
      if (submitted.status === "rejected") return submitted;
      if (submitted.status === "refused") return failed("refused", false, submitted.detail);
      const found = await findRun(false, signal);
      const waits = isUnchanged(found);
      if (submitted.status === "closed") return waits ? submitted : undefined;
      return waits || found.status === "unknown"
        ? failed("unavailable", true, "the form was not submitted")
        : undefined;
    };

    const recoverAnswer = makeRecoverAnswer({
      findRun: (_asked, _run, _machine, { isQuiet, signal: until }) => findResumedRun(isQuiet, until),
      waitForRun,
      clock,
      timeouts,
    });
    const recover = () => recoverAnswer(asked, machine, run, listener, limits);

    const continueWith = async (given: NonNullable<typeof input>): Promise<ResumeOutcome> => {
      const { token } = paused;
      if (token === undefined || askedForms.at(-1) !== given.formId) return expired;
      let failure: ResumeOutcome | undefined;
      const submit = async (): Promise<void> => {
        failure = await failureOf(await submitForm(integration, token, user, given));
        if (failure) end();
      };
      let submitting: Promise<void> | undefined;
      const submitOnce = (): Promise<void> => {
        submitting ??= submit();
        return submitting;
      };

      const response = await openRunEvents(asked, runId, { signal: ended.signal }).catch(() => undefined);
      if (response?.status !== 200) {
        await submitOnce();
        return failure ?? expiredIfStopped(await recover());
      }
      // Text that Dify sends before the events are open is lost, so the form is submitted after the first ping.
      clock
        .sleep(timeouts.firstPingMs, ended.signal)
        .then(() => (ended.signal.aborted ? undefined : submitOnce()));
      const outcome = await readAnswer(withFirstBytes(response.body, submitOnce), {
        machine,
        clock,
        timeouts,
        deadline,
        listener,
        ended,
        findConversation: async () => "found",
        checkInputs: async () => ({ status: "accepted" }),
        findRun: (_run, until) => findResumedRun(true, until),
        emitFound: (found) => emitFound(found, machine, listener, { ...limits, clock }),
        recover: async () => {
          await submitOnce();
          return failure ? { status: "incomplete" } : recover();
        },
        // A run that is resumed has begun.
        recoverUnbegun: async () => ({ status: "incomplete" }),
      });
      await submitting;
      if (failure) return failure;
      return expiredIfStopped(outcome);
    };

    signal.addEventListener("abort", end, { once: true });
    try {
      await listener({ type: "begun", reference: writeReference({ taskId, messageId, user }) });
      const outcome = await (input ? continueWith(input) : check());
      return signal.aborted ? { status: "abandoned" } : outcome;
    } finally {
      signal.removeEventListener("abort", end);
      end();
    }
  };
};
