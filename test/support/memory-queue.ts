import { setImmediate as nextTurn } from "node:timers/promises";
import type { Job } from "#core/jobs/job.ts";
import type { JobResult, JobVisibility } from "#core/jobs/job-lease.ts";
import type { Clock } from "#core/shared/clock.ts";

interface Message<J> {
  readonly job: J;
  readonly group: string;
  visibleAt: number;
  receives: number;
  firstReceivedAt: number;
}

export interface MemoryQueueOptions<J extends Job> {
  readonly clock: Clock;
  readonly workers: number;
  readonly groupOf: (job: J) => string;
  readonly run: (job: J, visibility: JobVisibility) => Promise<JobResult>;
}

/** How long a message is hidden unless its worker says otherwise. */
const visibilityMs = 900_000;
/** How often an idle worker looks for messages. */
const pollMs = 100;

/** A FIFO queue as SQS's, and workers that take one message each, up to a number at once, as Lambda's mapping has them. */
export const makeMemoryQueue = <J extends Job>({ clock, workers, groupOf, run }: MemoryQueueOptions<J>) => {
  const messages: Message<J>[] = [];
  let busy = 0;
  let maxReceives = 0;

  /** The first visible message whose group has none in flight: a hidden message holds the ones behind it back. */
  const next = (): Message<J> | undefined => {
    const groups = new Set<string>();
    return messages.find((each) => {
      if (groups.has(each.group)) return false;
      groups.add(each.group);
      return each.visibleAt <= clock.now();
    });
  };

  const deliver = async (message: Message<J>): Promise<void> => {
    busy += 1;
    if (message.receives === 0) message.firstReceivedAt = clock.now();
    message.receives += 1;
    maxReceives = Math.max(maxReceives, message.receives);
    message.visibleAt = clock.now() + visibilityMs;
    const result = await run(message.job, {
      receiveCount: message.receives,
      firstReceivedAt: message.firstReceivedAt,
      hideFor: async (ms) => {
        message.visibleAt = clock.now() + Math.ceil(ms / 1000) * 1000;
      },
    });
    if (result === "done") messages.splice(messages.indexOf(message), 1);
    busy -= 1;
  };

  const poll = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      for (let message = next(); message && busy < workers; message = next()) void deliver(message);
      await nextTurn();
      await clock.sleep(pollMs, signal);
    }
  };

  return {
    poll,
    send: (job: J): void =>
      void messages.push({ job, group: groupOf(job), visibleAt: 0, receives: 0, firstReceivedAt: 0 }),
    waiting: () => messages.length,
    maxReceives: () => maxReceives,
  };
};
