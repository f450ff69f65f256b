import { mergeDefaults } from "#core/bot/merge-options.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import type { Clock } from "#core/shared/clock.ts";
import { leaseMs } from "#core/shared/lease.ts";
import type { InboxMessage, InboxStore } from "./inbox.ts";
import { jobIdOf, type TurnJob } from "./job.ts";
import type { ReportJob } from "./job-report.ts";
import type { FindStop } from "./job-stop.ts";
import { type JobStore, rememberJobForMs } from "./job-store.ts";
import { beginningOf } from "./job-story.ts";
import type { TurnRun } from "./turn-run.ts";

export interface CollectMessagesPorts {
  readonly inbox: Pick<InboxStore, "take">;
  readonly jobs: Pick<JobStore, "claim" | "complete" | "postpone">;
  readonly findStop: FindStop;
  readonly newToken: () => string;
  readonly report: ReportJob;
  readonly clock: Clock;
}

export type CollectedMessages =
  /** The sender may not have finished: look again after so long, in milliseconds. */
  | { readonly status: "waiting"; readonly pauseMs: number }
  /** Another job asks this message. */
  | { readonly status: "taken"; readonly takenBy: string }
  /** `more`: what the turn asks together with its own message. */
  | { readonly status: "ready"; readonly more: readonly MessageEvent[] };

/** A job that this worker has claimed for another one. */
interface ClaimedJob {
  readonly job: TurnJob;
  readonly token: string;
  readonly tries: number;
}

/** Messages may change places in the queue if they were sent within this time, in milliseconds. */
const disorderMs = 2_000;

const alone: CollectedMessages = { status: "ready", more: [] };

/**
 * Waits until a sender has finished writing, and takes their other messages, whose jobs then have nothing to do. Each message is
 * asked once, wherever a worker dies: jobs are claimed before their messages are taken, and ended after. A message that is not
 * taken is asked by its own job, and a further try takes the same messages.
 */
export const makeCollectMessages = ({
  inbox,
  jobs,
  findStop,
  newToken,
  report,
  clock,
}: CollectMessagesPorts) => {
  const releaseJobs = async (claimed: readonly ClaimedJob[]): Promise<void> => {
    await Promise.all(claimed.map(({ job, token }) => jobs.postpone(jobIdOf(job), token)));
  };

  /** The jobs that are neither done nor held by another worker. */
  const claimJobs = async (taken: readonly TurnJob[]): Promise<readonly ClaimedJob[]> => {
    const claims = taken.map(async (job) => {
      const token = newToken();
      const lease = { token, expiresAt: clock.now() + leaseMs };
      const claim = await jobs.claim(jobIdOf(job), lease, beginningOf(job));
      return claim.status === "claimed" ? [{ job, token, tries: claim.tries }] : [];
    });
    const results = await Promise.allSettled(claims);
    const claimed = results.flatMap((each) => (each.status === "fulfilled" ? each.value : []));
    const failure = results.find(({ status }) => status === "rejected");
    if (failure?.status !== "rejected") return claimed;
    await releaseJobs(claimed);
    throw failure.reason;
  };

  const endJobs = async (claimed: readonly ClaimedJob[], takenBy: string): Promise<void> => {
    const endedAt = clock.now();
    const end = async ({ job, token, tries }: ClaimedJob): Promise<void> => {
      const ending = { outcome: "merged", detail: takenBy, tries, endedAt } as const;
      await jobs.complete(jobIdOf(job), token, "merged", endedAt + rememberJobForMs, ending);
      report("merged", job, { takenBy });
    };
    await Promise.all(claimed.map(end));
  };

  const unstopped = async (others: readonly TurnJob[]): Promise<readonly TurnJob[]> => {
    const stops = await Promise.all(others.map((other) => findStop(other, { mayLag: false })));
    return others.filter((_, at) => stops[at] === undefined);
  };

  /** Takes messages for the job, and returns those that it has got. Its own is taken too: after that, no further ones are. */
  const take = async (job: TurnJob, others: readonly TurnJob[]): Promise<readonly MessageEvent[]> => {
    const { msgUID } = job.event.data;
    const claimed = await claimJobs(await unstopped(others));
    const events = claimed.map((each) => each.job.event);
    const ids = [msgUID, ...events.map(({ data }) => data.msgUID)];
    const isTaken = await inbox.take(job, ids).catch(async (error: unknown) => {
      await releaseJobs(claimed);
      throw error;
    });
    if (!isTaken) {
      await releaseJobs(claimed);
      return [];
    }
    await endJobs(claimed, msgUID);
    return events;
  };

  return async ({ turn, leased }: TurnRun): Promise<CollectedMessages> => {
    const { job } = leased;
    const { inbox: messages } = await leased.state;
    const { merge } = turn.integration.options;
    const { msgUID } = job.event.data;
    if (job.more) {
      const more = await unstopped(job.more.map((event) => ({ ...job, event })));
      return { status: "ready", more: more.map(({ event }) => event) };
    }
    const own = messages.find(({ event }) => event.data.msgUID === msgUID);
    if (!own || job.check) return alone;
    const { takenBy, acceptedAt } = own;
    if (takenBy !== undefined && takenBy !== msgUID) return { status: "taken", takenBy };
    const jobOf = (each: InboxMessage): TurnJob => ({
      ...job,
      event: each.event,
      acceptedAt: each.acceptedAt,
    });

    if (takenBy === msgUID) {
      const takenBefore = messages.filter((each) => each !== own && each.takenBy === msgUID).map(jobOf);
      await endJobs(await claimJobs(takenBefore), msgUID);
      const wasAsked = leased.open !== undefined || leased.reference !== undefined;
      // Once asked, the question must stay as it is, so that its answer is found.
      const more = wasAsked ? takenBefore : await unstopped(takenBefore);
      return { status: "ready", more: more.map(({ event }) => event) };
    }
    // A job that is redriven leaves to others what they have taken, or may take.
    if (!merge || job.redrivenAt !== undefined) return alone;

    const { quietSeconds, maxSeconds, maxMessages } = { ...mergeDefaults, ...merge };
    const others = messages
      .filter((each) => each !== own && each.takenBy === undefined)
      .filter((each) => each.acceptedAt >= acceptedAt - disorderMs)
      .toSorted((one, other) => one.acceptedAt - other.acceptedAt)
      .slice(0, maxMessages - 1)
      .map(jobOf);
    const lastAt = Math.max(acceptedAt, ...others.map((each) => each.acceptedAt));
    const readyAt = Math.min(lastAt + quietSeconds * 1000, acceptedAt + maxSeconds * 1000);
    const pauseMs = readyAt - clock.now();
    if (pauseMs > 0 && others.length < maxMessages - 1) return { status: "waiting", pauseMs };
    return { status: "ready", more: await take(job, others) };
  };
};
