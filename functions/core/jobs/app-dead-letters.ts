import type { IntegrationType } from "#core/bot/integration-types.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Log } from "#core/shared/log.ts";
import { idsOf } from "./job-report.ts";
import type {
  DeadJob,
  DeadLetter,
  DeadLetterReadLimits,
  ReadDeadLetters,
  ReadResult,
  RedriveJobs,
  RedriveResult,
} from "./redrive-jobs.ts";

export const deadLetterQueues = ["turns", "webhooks"] as const;
export type QueueName = (typeof deadLetterQueues)[number];

/** Which dead letters of an app; a field that is omitted allows any. */
export interface DeadLetterFilter {
  readonly queue?: QueueName | undefined;
  readonly bot?: string | undefined;
  readonly integration?: IntegrationType | undefined;
  readonly msgUID?: string | undefined;
  readonly fromUserId?: string | undefined;
}

export interface AppDeadLetter extends Pick<DeadJob, "job" | "cause" | "addedAt"> {
  /** Unique in all queues. */
  readonly id: string;
  readonly queue: QueueName;
}

/** `isComplete`: whether all of the app's dead letters could be looked at. */
export interface ListedDeadLetters {
  /** Those that were given up first come first. */
  readonly letters: readonly AppDeadLetter[];
  readonly isComplete: boolean;
}

export const redrivenStatuses = [
  /** It was sent to its queue again, and removed from the dead letters. */
  "redriven",
  /** The job had ended in the meantime. It was removed, and is not run again. */
  "already_done",
  /** A worker has it now. */
  "running",
  /** It was redriven by this call, and failed again at once. */
  "given_up_again",
  /** It could not be redriven, and is still there. */
  "failed",
  /** The app has no such dead letter: somebody else has redriven it, or it never was one. */
  "not_found",
  /** The call ended before it was found: it may be there. */
  "not_reached",
] as const;
export type RedrivenStatus = (typeof redrivenStatuses)[number];

export interface RedrivenLetter {
  readonly id: string;
  readonly status: RedrivenStatus;
  /** How the job had ended, of one that is already done. */
  readonly outcome?: string;
}

export interface RedrivenLetters {
  readonly results: readonly RedrivenLetter[];
  readonly isComplete: boolean;
}

export interface AppDeadLetters {
  list(appKey: string, filter: DeadLetterFilter, limit: number): Promise<ListedDeadLetters>;
  /** One result for each id, in their order. */
  redriveIds(appKey: string, ids: readonly string[]): Promise<RedrivenLetters>;
  redriveMatching(appKey: string, filter: DeadLetterFilter): Promise<RedrivenLetters>;
}

export interface DeadLetterQueue {
  readonly name: QueueName;
  readonly read: ReadDeadLetters;
  readonly redrive: RedriveJobs;
}

export interface AppDeadLettersPorts {
  readonly queues: readonly DeadLetterQueue[];
  readonly clock: Clock;
  readonly log: Log;
}

/** How long a call reads and redrives, in milliseconds: API Gateway's 29 s without the release of what was read. */
const workMs = 15_000;

/** In each queue, of all apps: SQS has no index. */
const maxReceived = 1_000;

/** How many a call redrives of each queue. Their content is in memory. */
export const maxRedriven = 100;

const separator = ":";

type IsWanted = (letter: DeadLetter, id: string) => boolean;

const isOfApp = (letter: DeadLetter, appKey: string): letter is DeadJob => letter.job?.appKey === appKey;

const matches = (
  { job }: DeadJob,
  { bot, integration, msgUID, fromUserId }: Omit<DeadLetterFilter, "queue">,
): boolean =>
  (bot === undefined || job.botUserId === bot) &&
  (integration === undefined || job.integrationType === integration) &&
  (msgUID === undefined || job.event.data.msgUID === msgUID) &&
  (fromUserId === undefined || job.event.data.fromUserId === fromUserId);

const isComplete = (read: readonly ReadResult[]): boolean =>
  read.every(({ hidden, isCut }) => hidden === 0 && !isCut);

/**
 * An app's view of the dead letters, which all apps share. What cannot be parsed is nobody's: an operator finds it with `npm run
 * redrive`.
 */
export const makeAppDeadLetters = ({ queues, clock, log }: AppDeadLettersPorts): AppDeadLetters => {
  const queuesOf = (name: QueueName | undefined): readonly DeadLetterQueue[] =>
    queues.filter((queue) => name === undefined || queue.name === name);
  const limitsOf = (maxVisits: number): DeadLetterReadLimits => ({
    maxVisits,
    maxReceived,
    deadline: clock.now() + workMs,
  });
  const idOf = (queue: DeadLetterQueue, { messageId }: DeadLetter): string =>
    `${queue.name}${separator}${messageId}`;

  const toResult = (id: string, { job }: DeadLetter, result: RedriveResult): RedrivenLetter => {
    const ids = job && idsOf(job);
    switch (result.status) {
      case "redriven":
        log.info("dead_letter_redriven", { ...ids, id });
        return { id, status: "redriven" };
      case "settled":
        return { id, status: "already_done", outcome: result.outcome };
      case "running":
      case "given_up_again":
        return { id, status: result.status };
      case "unreadable":
        return { id, status: "not_found" };
      case "failed":
        log.error("dead_letter_not_redriven", { ...ids, id, reason: result.reason });
        return { id, status: "failed" };
    }
  };

  const redrive = async (
    queue: DeadLetterQueue,
    isWanted: IsWanted,
    maxVisits: number,
  ): Promise<ReadResult & { readonly results: readonly RedrivenLetter[] }> => {
    const results: RedrivenLetter[] = [];
    const read = await queue.redrive(
      (letter) => isWanted(letter, idOf(queue, letter)),
      (letter, result) => results.push(toResult(idOf(queue, letter), letter, result)),
      limitsOf(maxVisits),
    );
    return { ...read, results };
  };

  return {
    list: async (appKey, { queue: name, ...filter }, limit) => {
      const letters: AppDeadLetter[] = [];
      const read = await Promise.all(
        queuesOf(name).map((queue) =>
          queue.read(
            async (letter) => {
              if (letter.job === undefined) return;
              const { job, cause, addedAt } = letter;
              letters.push({ id: idOf(queue, letter), queue: queue.name, job, cause, addedAt });
            },
            {
              ...limitsOf(limit),
              isWanted: (letter) => isOfApp(letter, appKey) && matches(letter, filter),
            },
          ),
        ),
      );
      const sorted = letters.sort((one, other) => one.addedAt - other.addedAt);
      return { letters: sorted.slice(0, limit), isComplete: isComplete(read) && sorted.length <= limit };
    },

    redriveIds: async (appKey, ids) => {
      const wanted = new Set(ids);
      const read = await Promise.all(
        queues.map((queue) => {
          const ofQueue = [...wanted].filter((id) => id.startsWith(`${queue.name}${separator}`)).length;
          const isWanted: IsWanted = (letter, id) => isOfApp(letter, appKey) && wanted.has(id);
          return ofQueue === 0 ? { results: [], hidden: 0, isCut: false } : redrive(queue, isWanted, ofQueue);
        }),
      );
      const found = new Map(read.flatMap(({ results }) => results).map((result) => [result.id, result]));
      const status = isComplete(read) ? "not_found" : "not_reached";
      const results = ids.map((id): RedrivenLetter => found.get(id) ?? { id, status });
      return { results, isComplete: results.every((result) => result.status !== "not_reached") };
    },

    redriveMatching: async (appKey, { queue: name, ...filter }) => {
      const isWanted: IsWanted = (letter) => isOfApp(letter, appKey) && matches(letter, filter);
      const read = await Promise.all(queuesOf(name).map((queue) => redrive(queue, isWanted, maxRedriven)));
      return { results: read.flatMap(({ results }) => results), isComplete: isComplete(read) };
    },
  };
};
