import type { Bot } from "#core/bot/bot.ts";
import type { BotDirectory } from "#core/intake/bot-directory.ts";
import type { IgnoredMessage } from "#core/intake/ignored-message.ts";
import { makeMatchIntegrations } from "#core/intake/matching.ts";
import type { Job } from "#core/jobs/job.ts";
import type { Recall } from "#core/message/recall.ts";
import { makeTestClock } from "../../../support/test-clock.ts";

export interface TestDirectory extends BotDirectory {
  /** The ids of each read, in order. */
  readonly reads: { readonly appKey: string; readonly find?: readonly string[] }[];
}

/** The bots of app-one. */
export const makeTestDirectory = (bots: readonly Bot[]): TestDirectory => {
  const reads: TestDirectory["reads"] = [];
  const of = (appKey: string): readonly Bot[] => (appKey === "app-one" ? bots : []);
  return {
    reads,
    find: async (appKey, userIds) => {
      reads.push({ appKey, find: userIds });
      return of(appKey).filter(({ userId }) => userIds.includes(userId));
    },
    ids: async (appKey) => {
      reads.push({ appKey });
      return new Set(of(appKey).map(({ userId }) => userId));
    },
  };
};

/** The parts that all entry points share, in memory. */
export const setUpIntake = (given: readonly Bot[]) => {
  const bots = makeTestDirectory(given);
  const clock = makeTestClock();
  /** As they were queued, one array per call. */
  const dispatched: (readonly Job[])[] = [];
  const recalls: Recall[] = [];
  const ignored: IgnoredMessage[] = [];
  const ports = {
    bots,
    clock,
    recalls: { add: async (recall: Recall): Promise<void> => void recalls.push(recall) },
    reportIgnored: (message: IgnoredMessage): void => void ignored.push(message),
    matchIntegrations: makeMatchIntegrations((patterns, text) => patterns.includes(text)),
    dispatchJobs: async (jobs: readonly Job[]): Promise<void> => void dispatched.push(jobs),
  };
  /** Why the messages and events that triggered nothing did not, each with the bot that it addressed. */
  const ignoredBy = () => ignored.map(({ botUserId, reason }) => [botUserId, reason]);
  return { ports, bots, clock, dispatched, recalls, ignored, ignoredBy, jobs: () => dispatched.flat() };
};

/** The bot and the integration that a job is for. */
export const jobTargetOf = ({ botUserId, integrationType }: Job): string => `${botUserId} ${integrationType}`;
