import type { TurnObserver } from "#core/answer/answer-sink.ts";
import type { DeliveryLease, OpenMessage } from "#core/im/im-messages.ts";
import type { Clock } from "#core/shared/clock.ts";
import { type ExtendableLease, leaseMs } from "#core/shared/lease.ts";
import type { Log } from "#core/shared/log.ts";
import { jobIdOf, type TurnJob } from "./job.ts";
import { type LeasedJob, logWarning } from "./job-lease.ts";
import { idsOf } from "./job-report.ts";
import type { JobStore, TurnCheckpoint } from "./job-store.ts";

export interface TurnCheckpointsPorts {
  readonly jobs: Pick<JobStore, "checkpoint">;
  readonly clock: Clock;
  readonly log: Log;
}

/** Stores how far a turn has come. Each write also renews the lease. */
export interface TurnCheckpoints
  extends Required<Pick<DeliveryLease, "onOpen" | "isResumable" | "saveOpen">>,
    Required<Pick<TurnObserver, "onReference">> {
  /** The turn has ended: nothing more is stored. */
  close(): void;
}

/** Interval between checkpoints of a message that nothing plans, in milliseconds: each one is a write. */
const openMs = 3_000;
/** How long the model's reference waits for a checkpoint, in milliseconds. */
const referenceMs = 2_000;
/** After a failed write. */
const retryMs = 200;

export const makeTurnCheckpoints =
  ({ jobs, clock, log }: TurnCheckpointsPorts) =>
  (
    { job, lease: { token }, reference: earlier }: LeasedJob<TurnJob> & Pick<TurnCheckpoint, "reference">,
    { isHeld, extendedTo, lose }: Pick<ExtendableLease, "isHeld" | "extendedTo" | "lose">,
  ): TurnCheckpoints => {
    const closed = new AbortController();
    const warn = logWarning(log, "open_message_not_saved", job);
    let reference = earlier;
    let savedReference = earlier;
    let savedMessage: string | undefined;
    let nextAt = 0;
    /** Writes in order: an older checkpoint must not replace a newer one. */
    let saving: Promise<void> = Promise.resolve();

    const write = async (open: OpenMessage | undefined): Promise<void> => {
      const written = reference;
      const expiresAt = clock.now() + leaseMs;
      const isHolder = await jobs.checkpoint(jobIdOf(job), { token, expiresAt }, open, written);
      if (isHolder) {
        extendedTo(expiresAt);
        savedReference = written;
      } else if (!closed.signal.aborted) {
        log.error("job_lease_lost", idsOf(job));
        lose();
      }
    };
    const writeUntilStored = async (open: OpenMessage | undefined): Promise<void> => {
      while (isHeld() && !closed.signal.aborted) {
        try {
          await write(open);
          return;
        } catch (error) {
          warn(error);
          await clock.sleep(retryMs, closed.signal);
        }
      }
    };
    const save = (open: OpenMessage | undefined): Promise<void> => {
      saving = saving.then(() => writeUntilStored(open));
      return saving;
    };

    /** The first text usually follows soon, and is stored together with the reference. */
    const saveReferenceSoon = async (): Promise<void> => {
      await clock.sleep(referenceMs, closed.signal);
      if (!closed.signal.aborted && savedReference !== reference) await save(undefined);
    };

    return {
      // A message in progress is stored at intervals: closing it tolerates an old checkpoint.
      onOpen: (open) => {
        // A closed message needs no checkpoint: the job's completion or the next message replaces it.
        if (!open || (open.messageUID === savedMessage && clock.now() < nextAt)) return;
        savedMessage = open.messageUID;
        nextAt = clock.now() + openMs;
        write(open).catch(warn);
      },
      isResumable: () => reference !== undefined,
      saveOpen: save,
      onReference: (given) => {
        reference = given;
        void saveReferenceSoon();
      },
      close: () => closed.abort("closed"),
    };
  };
