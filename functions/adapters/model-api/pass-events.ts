import type { AnswerEvent } from "#core/answer/answer.ts";
import type { AnswerListener } from "#core/answer/model.ts";
import type { Clock } from "#core/shared/clock.ts";

export interface PassEventsLimits {
  readonly clock: Clock;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  readonly signal: AbortSignal;
}

/**
 * Passes events that have arrived together to the listener, in order. A listener that never resolves must not outlast the
 * deadline or the signal.
 * @throws what the listener throws.
 */
export const passEvents = async (
  events: readonly AnswerEvent[],
  listener: AnswerListener,
  { clock, deadline, signal }: PassEventsLimits,
): Promise<void> => {
  const passed = new AbortController();
  let isCut = false;
  const cut = clock
    .sleep(Math.max(0, deadline - clock.now()), AbortSignal.any([signal, passed.signal]))
    .then(() => {
      isCut = true;
    });
  try {
    for (const event of events) {
      if (isCut) return;
      await Promise.race([listener(event), cut]);
    }
  } finally {
    passed.abort();
  }
};
