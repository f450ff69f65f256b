import type { AnswerEvent, AnswerOutcome } from "../../core/answer.ts";
import type { Clock } from "../../core/clock.ts";
import { makeAnswerMachine } from "./answer-machine.ts";
import type { DifyLimits } from "./dify-limits.ts";
import { makeEventStream } from "./event-stream.ts";
import { failed } from "./failures.ts";

export interface ReadAnswerPorts {
  readonly clock: Clock;
  readonly limits: DifyLimits;
  readonly listener: (event: AnswerEvent) => void | Promise<void>;
  /** Aborted when the answer has ended or a limit has passed: the call behind `body` is to stop. */
  readonly ended: AbortController;
}

/** Reads an event stream to its end, however it ends, within the limits. */
export const readAnswer = async (
  body: AsyncIterable<Buffer>,
  { clock, limits, listener, ended }: ReadAnswerPorts,
): Promise<AnswerOutcome> => {
  const machine = makeAnswerMachine();
  const meanings: AnswerEvent[] = [];
  const startedAt = clock.now();
  let hasBegun = false;
  let hasBytes = false;
  let lastByteAt = startedAt;
  let lastEventAt = startedAt;
  let readerIsBusy = false;
  let outOfTime = false;

  const stream = makeEventStream((event) => {
    lastEventAt = lastByteAt;
    const meaning = event && machine.take(event);
    if (!hasBegun && machine.conversationId !== undefined) {
      hasBegun = true;
      meanings.push({ type: "begun", conversationId: machine.conversationId });
    }
    if (meaning) meanings.push(meaning);
  });

  const deadline = (): number => {
    const silence = Math.min(lastByteAt + limits.silenceMs, lastEventAt + limits.pingsOnlyMs);
    // While we make Dify wait, its silence is ours.
    return Math.min(startedAt + limits.answerMs, readerIsBusy ? Number.POSITIVE_INFINITY : silence);
  };

  const watch = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      const leftMs = deadline() - clock.now();
      if (leftMs <= 0) {
        outOfTime = true;
        return ended.abort();
      }
      await clock.sleep(Math.min(leftMs, limits.silenceMs), ended.signal);
    }
  };

  const read = async (): Promise<void> => {
    let twinAwaited = false;
    for await (const bytes of body) {
      hasBytes = true;
      lastByteAt = clock.now();
      stream.push(bytes);
      for (const meaning of meanings.splice(0)) {
        const taken = listener(meaning);
        if (!taken) continue;
        readerIsBusy = true;
        await taken;
        readerIsBusy = false;
        lastByteAt = lastEventAt = clock.now();
      }
      if (machine.state.status === "ended") return;
      if (machine.state.status === "closing" && !twinAwaited) {
        twinAwaited = true;
        clock.sleep(limits.twinMs, ended.signal).then(() => ended.abort());
      }
    }
  };

  void watch();
  const cut = await read().then(
    () => false,
    () => true,
  );
  ended.abort();

  if (machine.state.status !== "reading") return machine.state.outcome;
  if (outOfTime) return failed("timeout", false, "the answer stopped coming");
  if (cut && !hasBytes) return failed("unavailable", true, "cut before the first byte");
  return { status: "incomplete" };
};
