import { once } from "node:events";
import type { AnswerEvent, AnswerOutcome } from "#core/answer/answer.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { AnswerMachine } from "./answer-machine.ts";
import type { DifyLimits } from "./dify-limits.ts";
import { makeEventStream } from "./event-stream.ts";
import { failed } from "./failures.ts";

export interface ReadAnswerPorts {
  readonly machine: AnswerMachine;
  /** Whether Dify was asked to go on with a conversation. */
  readonly continues: boolean;
  readonly clock: Clock;
  readonly waits: DifyLimits;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  readonly listener: (event: AnswerEvent) => void | Promise<void>;
  /** Aborted when the answer has ended or a limit has passed: the call behind `body` is to stop. */
  readonly ended: AbortController;
}

/**
 * Reads an event stream to its end, however it ends, within the limits.
 * @throws what the listener throws.
 */
export const readAnswer = async (
  body: AsyncIterable<Buffer>,
  { machine, continues, clock, waits, deadline, listener, ended }: ReadAnswerPorts,
): Promise<AnswerOutcome> => {
  const meanings: AnswerEvent[] = [];
  let hasBytes = false;
  let lastByteAt = clock.now();
  let lastEventAt = lastByteAt;
  let listenerIsBusy = false;
  let listenerError: { readonly thrown: unknown } | undefined;
  let outOfTime = false;

  const aborted = once(ended.signal, "abort");

  const stream = makeEventStream((event) => {
    lastEventAt = lastByteAt;
    if (event) meanings.push(...machine.take(event));
  });

  const patienceEndsAt = (): number => {
    // While we make Dify wait, its silence is ours.
    if (listenerIsBusy) return deadline;
    return Math.min(deadline, lastByteAt + waits.silenceMs, lastEventAt + waits.pingsOnlyMs);
  };

  const watch = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      const leftMs = patienceEndsAt() - clock.now();
      if (leftMs <= 0) {
        outOfTime = true;
        return ended.abort();
      }
      await clock.sleep(Math.min(leftMs, waits.silenceMs), ended.signal);
    }
  };

  const waitFor = async (taken: Promise<void>): Promise<void> => {
    listenerIsBusy = true;
    // A listener that never comes back ends with the answer's own time.
    await Promise.race([taken, aborted]);
    listenerIsBusy = false;
    lastByteAt = lastEventAt = clock.now();
  };

  const pass = async (): Promise<void> => {
    try {
      for (const meaning of meanings.splice(0)) {
        const taken = listener(meaning);
        if (taken) await waitFor(taken);
      }
    } catch (thrown) {
      listenerError = { thrown };
    }
  };

  const read = async (): Promise<void> => {
    let twinAwaited = false;
    for await (const bytes of body) {
      hasBytes = true;
      lastByteAt = clock.now();
      stream.push(bytes);
      if (meanings.length > 0) await pass();
      if (listenerError || machine.state.status === "ended") return;
      if (machine.state.status === "closing" && !twinAwaited) {
        twinAwaited = true;
        clock.sleep(waits.twinMs, ended.signal).then(() => ended.abort());
      }
    }
  };

  void watch();
  // A connection that is cut is a stream that has ended.
  await read().catch(() => {});
  ended.abort();

  if (listenerError) throw listenerError.thrown;
  if (machine.state.status !== "reading") return machine.state.outcome;
  if (outOfTime) {
    // 1.13 to 1.14 say nothing at all, not even no, of a conversation that they do not know (A5).
    const isMute = continues && hasBytes && !machine.hasBegun && clock.now() < deadline;
    return isMute
      ? failed("conversation_lost", false, "pings alone")
      : failed("timeout", false, "the answer stopped coming");
  }
  // A ping is no answer: from 1.13 on it comes before anything has been asked of a model.
  if (!machine.hasBegun) return failed("unavailable", true, "ended before the first event");
  return { status: "incomplete" };
};
