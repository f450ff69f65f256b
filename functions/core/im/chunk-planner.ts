import type { Clock } from "#core/shared/clock.ts";
import type { TextHash } from "#core/shared/text-hash.ts";
import { type ChunkPlan, chunkLength, emptyPlan, firstPlan, planFor, plannedLength } from "./chunk-plan.ts";
import type { DeliveryLease, OpenMessage } from "./im-messages.ts";

/** How long chunks are cut by one plan, in milliseconds. Text that does not fill a chunk is sent with the next plan. */
const planMs = 3_000;
/** The same if the rate of the text is not known yet, or if nothing has filled a chunk for `patienceMs` and two intervals. */
const shortPlanMs = 2_000;
const patienceMs = 1_000;
/** The same if the text of several chunks is waiting. */
const minPlanMs = 600;
const maxChunksBehind = 4;
/** Another worker tries 25 numbers (close-open-message.ts), and each chunk that keeps a silent message alive uses one. */
const maxEmptyChunks = 10;

interface ActivePlan extends ChunkPlan {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** In milliseconds. */
  readonly maxMs: number;
  /** The number of the chunk before the plan's first. */
  readonly seq: number;
  /** The length of the text before the plan's first chunk. */
  readonly length: number;
  readonly saved: Promise<void>;
}

export interface ChunkPlannerPorts {
  readonly clock: Clock;
  readonly lease: Pick<DeliveryLease, "saveOpen">;
  /** Current interval between two chunks, in milliseconds. */
  readonly intervalMs: () => number;
}

/**
 * Cuts the text of a stream message by plans that are stored before, so that another worker can tell how much of it was sent.
 * `sent`: the text in the chunks so far.
 */
export interface ChunkPlanner {
  /** Starts the first plan after a message's first chunk, if there is none. */
  begin(open: OpenMessage, sent: TextHash): void;
  /** The length of the next chunk once its plan is stored; undefined if more text must arrive first. */
  nextChunk(open: OpenMessage, sent: TextHash, waiting: () => string): Promise<number | undefined>;
  /** When the next chunk may be sent, in milliseconds since the epoch: with the next plan if it waits for text, otherwise 0. */
  nextChunkAt(open: OpenMessage, waiting: string): number;
  /** Whether no text was sent since the last checkpoint. */
  readonly isIdleSaved: boolean;
  /** Stores that all text was sent, while the model says nothing. */
  saveIdle(open: OpenMessage, sent: TextHash): void;
  /** The message is about to be closed and another to begin: until then nobody could tell what was sent. */
  end(open: OpenMessage): Promise<void>;
  /** The message was closed. */
  forget(): void;
}

export const makeChunkPlanner = ({ clock, lease, intervalMs }: ChunkPlannerPorts): ChunkPlanner => {
  let active: ActivePlan | undefined;
  /** When a chunk was last cut. */
  let cutAt = 0;

  const save = async (open: OpenMessage): Promise<void> => lease.saveOpen?.(open);

  const start = ({ messageUID, seq }: OpenMessage, sent: TextHash, plan: ChunkPlan): ActivePlan => {
    const { length } = sent;
    const saved = save({ messageUID, seq, sent: { length, hash: sent.value(), plan } });
    const maxMs = plan === firstPlan ? shortPlanMs : planMs;
    active = { ...plan, startedAt: clock.now(), maxMs, seq, length, saved };
    return active;
  };

  const isEmpty = ({ next }: ChunkPlan): boolean => next === 0;

  const endsAt = (plan: ActivePlan, open: OpenMessage, waiting: string): number => {
    if (isEmpty(plan) && waiting !== "") return plan.startedAt;
    const { startedAt, maxMs } = plan;
    const isBehind = waiting.length > maxChunksBehind * plannedLength(plan, open.seq - plan.seq + 1);
    if (isBehind) return startedAt + minPlanMs;
    const patience = Math.min(Math.max(patienceMs, 2 * intervalMs()), shortPlanMs);
    return Math.min(startedAt + maxMs, Math.max(startedAt + shortPlanMs, cutAt + patience));
  };

  /** The plan for the next chunk: the active one, or a new one. */
  const planAt = (open: OpenMessage, sent: TextHash, waiting: string): ActivePlan => {
    if (waiting === "") {
      if (active && isEmpty(active) && open.seq - active.seq < maxEmptyChunks) return active;
      return start(open, sent, emptyPlan);
    }
    if (active && clock.now() < endsAt(active, open, waiting)) return active;
    const { startedAt = clock.now(), length = sent.length } = active ?? {};
    const chunks = Math.max(1, Math.floor((clock.now() - startedAt) / intervalMs()));
    return start(open, sent, planFor({ sent: sent.length - length, waiting: waiting.length, chunks }));
  };

  const lengthBy = (plan: ActivePlan, open: OpenMessage, waiting: string): number | undefined =>
    chunkLength(waiting, plan, open.seq - plan.seq + 1);

  return {
    begin: (open, sent) => {
      if (!active) start(open, sent, firstPlan);
    },
    nextChunk: async (open, sent, waiting) => {
      const plan = planAt(open, sent, waiting());
      await plan.saved;
      const length = lengthBy(plan, open, waiting());
      if (length !== undefined) cutAt = clock.now();
      return length;
    },
    nextChunkAt: (open, waiting) => {
      if (!active || lengthBy(active, open, waiting) !== undefined) return 0;
      return endsAt(active, open, waiting);
    },
    get isIdleSaved() {
      return !active || isEmpty(active);
    },
    saveIdle: (open, sent) => {
      start(open, sent, emptyPlan);
    },
    end: async ({ messageUID, seq }) => {
      active = undefined;
      await save({ messageUID, seq });
    },
    forget: () => {
      active = undefined;
    },
  };
};
