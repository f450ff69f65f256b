import { once } from "node:events";
import { createParser } from "eventsource-parser";
import type { AnswerEvent } from "#core/answer/answer.ts";
import type { AnswerListener } from "#core/answer/model.ts";
import type { Clock } from "#core/shared/clock.ts";

/** Milliseconds since the epoch. */
export interface LastHeard {
  readonly byteAt: number;
  readonly eventAt: number;
}

/** Ports for reading an answer, streamed or not. */
export interface ReadingPorts {
  readonly clock: Clock;
  /** When the answer must have ended, in milliseconds since the epoch. */
  readonly deadline: number;
  readonly listener: AnswerListener;
  /** Aborted when reading has ended or a limit has passed: its signal ends the call behind the body. */
  readonly ended: AbortController;
}

export interface ReadEventsPorts extends ReadingPorts {
  /** Takes the data of one event, and returns the resulting answer events. */
  readonly take: (data: string) => readonly AnswerEvent[];
  /** Whether reading can stop. */
  readonly isFinished: () => boolean;
  /** Until when to wait for more, in milliseconds since the epoch. */
  readonly quietEndsAt: (last: LastHeard) => number;
  /** Called once, with how long no byte has come, in milliseconds; 0 while the listener makes the server wait. */
  readonly onStart?: (quietMs: () => number) => void;
}

export interface ReadEvents {
  readonly outOfTime: boolean;
  /** Whether reading ended because one event exceeded the limit. */
  readonly isTooLarge: boolean;
}

/**
 * In UTF-16 code units, from the end of one event to the end of the next. An event contains a node's inputs and outputs, or
 * the whole answer, whose text may be escaped with six units for a character. Parsed, it may take twenty times its size.
 */
const maxEventCharacters = 8 * 1024 * 1024;

/**
 * Reads server-sent events to their end, however that comes, within the limits. Bytes may be split anywhere. While the
 * listener makes the server wait, its silence does not count.
 * @throws what the listener throws.
 */
export const readEvents = async (
  body: AsyncIterable<Buffer>,
  { take, isFinished, quietEndsAt, onStart, clock, deadline, listener, ended }: ReadEventsPorts,
): Promise<ReadEvents> => {
  const pending: AnswerEvent[] = [];
  let byteAt = clock.now();
  let eventAt = byteAt;
  let listenerIsBusy = false;
  let listenerError: { readonly thrown: unknown } | undefined;
  let outOfTime = false;
  /** The length of what was read since the chunk that ended an event. Also counts lines without data, which the parser skips. */
  let unfinished = 0;
  let isTooLarge = false;
  let wakesAt = Number.POSITIVE_INFINITY;
  let awake = new AbortController();

  const aborted = once(ended.signal, "abort");
  const decoder = new TextDecoder();
  const parser = createParser({
    onEvent: ({ data }) => {
      unfinished = 0;
      eventAt = byteAt;
      for (const event of take(data)) pending.push(event);
    },
  });

  const waitEndsAt = (): number =>
    listenerIsBusy ? deadline : Math.min(deadline, quietEndsAt({ byteAt, eventAt }));

  const watch = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      wakesAt = waitEndsAt();
      const leftMs = wakesAt - clock.now();
      if (leftMs <= 0) {
        outOfTime = true;
        return ended.abort();
      }
      awake = new AbortController();
      await clock.sleep(leftMs, AbortSignal.any([ended.signal, awake.signal]));
    }
  };

  const waitFor = async (accepted: Promise<void>): Promise<void> => {
    listenerIsBusy = true;
    // A listener that never resolves must not outlast the deadline.
    await Promise.race([accepted, aborted]);
    listenerIsBusy = false;
    byteAt = eventAt = clock.now();
  };
  const failWith = (thrown: unknown): void => {
    pending.length = 0;
    listenerError = { thrown };
  };
  // Not async: most listeners accept most events at once, and a promise for each would cost as much as reading it.
  const passPending = (): void | Promise<void> => {
    try {
      for (let event = pending.shift(); event; event = pending.shift()) {
        const accepted = listener(event);
        if (accepted) return waitFor(accepted).then(passPending, failWith);
      }
    } catch (thrown) {
      failWith(thrown);
    }
    return undefined;
  };

  const read = async (): Promise<void> => {
    for await (const bytes of body) {
      byteAt = clock.now();
      const text = decoder.decode(bytes, { stream: true });
      unfinished += text.length;
      parser.feed(text);
      const passing = passPending();
      if (passing) await passing;
      if (isFinished() && !listenerError) return;
      isTooLarge = unfinished > maxEventCharacters;
      // The server need not go on: leaving the loop would let it send the rest.
      if (listenerError || isTooLarge) return ended.abort("failed");
      if (waitEndsAt() < wakesAt) awake.abort("earlier");
    }
    // The blank line after the last event may be missing.
    parser.feed(`${decoder.decode()}\n\n`);
    await passPending();
  };

  onStart?.(() => (listenerIsBusy ? 0 : clock.now() - byteAt));
  void watch();
  // A broken connection counts as the end of the stream.
  await read().catch(() => {});
  ended.abort("ended");

  if (listenerError) throw listenerError.thrown;
  return { outOfTime, isTooLarge };
};
