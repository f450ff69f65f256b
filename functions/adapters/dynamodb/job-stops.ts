import * as v from "valibot";
import { recallableOf, type TurnJob } from "#core/jobs/job.ts";
import type { FindStop, JobStop } from "#core/jobs/job-stop.ts";
import { chatsAround, senderChatOf, sentAtOf } from "#core/message/chat-cutoff.ts";
import { makeBatchGet } from "./batch-get.ts";
import { cutoffIn, cutoffKeyOf } from "./cutoffs-table.ts";
import { isRecalledIn, recallKeyOf } from "./recalls-table.ts";
import type { TablePorts } from "./table-ports.ts";

const keyed = v.object({ guard: v.string() });

const cutoffKeys = (job: TurnJob) => chatsAround(senderChatOf(job)).map(cutoffKeyOf);

/**
 * The keys of the guards that may stop the job: the recall of its message, and the cutoffs of its chat. Commands are for the
 * bridge, not for the bot.
 */
export const stopKeysOf = (job: TurnJob): readonly { readonly guard: string }[] => {
  const message = recallableOf(job);
  return [...(message ? [recallKeyOf(message)] : []), ...(job.command ? [] : cutoffKeys(job))];
};

/** What stops the job, of the guards with its keys that exist. */
export const stopIn = (
  items: readonly Record<string, unknown>[],
  job: TurnJob,
  now: number,
): JobStop | undefined => {
  const byKey = new Map(items.map((item) => [v.parse(keyed, item).guard, item]));
  const message = recallableOf(job);
  const recall = message && byKey.get(recallKeyOf(message).guard);
  if (isRecalledIn(recall, job.event.data.fromUserId, now)) return "recalled";
  if (job.command) return undefined;
  const cutoffs = cutoffKeys(job).map(({ guard }) => cutoffIn(byKey.get(guard), now) ?? 0);
  // What a person answers to may come later than a stop: only a pause that lasts holds it back.
  const sentAt = job.check ? now : sentAtOf(job);
  return sentAt < Math.max(...cutoffs) ? "stopped" : undefined;
};

/** Looks for what stops a job, in the guards table. */
export const makeFindStop = (ports: TablePorts): FindStop => {
  const batchGet = makeBatchGet(ports);
  return async (job, { mayLag }) => {
    const keys = stopKeysOf(job);
    if (keys.length === 0) return undefined;
    return stopIn(await batchGet(keys, { mayLag }), job, ports.clock.now());
  };
};
