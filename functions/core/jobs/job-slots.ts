import {
  type AcquiredSlots,
  type AcquireSlots,
  type BotSlotLimits,
  botSlot,
  type SlotChannel,
} from "#core/shared/slots.ts";
import { type Job, jobIdOf, jobKeyOf } from "./job.ts";

/** `until`: when the job's worker has ended in any case, in milliseconds since the epoch. Never rejects. */
export type AcquireJobSlots = (job: Job, until: number) => Promise<AcquiredSlots>;

export interface JobSlotLimits extends BotSlotLimits {
  /** Undefined: users have no limit of their own. */
  readonly perUser?: number;
}

export interface JobSlotsPorts {
  readonly acquireSlots: AcquireSlots;
  readonly channel: SlotChannel;
  readonly limits: JobSlotLimits;
}

/** Acquires a job's slots: one of its bot and app, and one of its user. */
export const makeAcquireJobSlots =
  ({ acquireSlots, channel, limits }: JobSlotsPorts): AcquireJobSlots =>
  (job, until) => {
    const { appKey, botUserId, event } = job;
    const slot = jobKeyOf(jobIdOf(job));
    const requests = [botSlot(channel, { appKey, botUserId, slot, until }, limits)];
    if (limits.perUser !== undefined) {
      const id = event.data.fromUserId;
      requests.push({
        pool: [channel, appKey, id],
        slot,
        limits: [{ kind: "user", id, max: limits.perUser }],
        until,
      });
    }
    return acquireSlots(requests);
  };

const minPauseMs = 1_000;
const maxPauseMs = 15_000;
/** Pauses are up to 25 % longer at random, so that jobs that wait for the same slots do not return together. */
const jitter = 0.25;

/**
 * How long a job waits before it asks for its slots again: short while the wait is short, then every 15 s, so that each waiting
 * job has the same chance at a free slot. Twenty minutes are fewer than 100 receives, and SQS moves a job to the dead letters
 * only after `maxReceives` (lib/constructs/job-queue.ts).
 */
export const slotPauseMs = (waitedMs: number, random: () => number): number =>
  Math.min(Math.max(waitedMs / 4, minPauseMs), maxPauseMs) * (1 + jitter * random());
