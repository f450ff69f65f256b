import type { Bot } from "#core/bot/bot.ts";
import type { BotDirectory } from "#core/intake/bot-directory.ts";
import { makeMatchIntegrations } from "#core/intake/matching.ts";
import type { Job } from "#core/jobs/job.ts";
import { makeTestClock } from "../../../support/test-clock.ts";

export interface TestDirectory extends BotDirectory {
  /** What each read asked for, in order. */
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

/** What stands behind each door, with nothing outside. */
export const setUpDoor = (given: readonly Bot[]) => {
  const bots = makeTestDirectory(given);
  const clock = makeTestClock();
  /** As they were handed over, one list each time. */
  const dispatched: (readonly Job[])[] = [];
  const ports = {
    bots,
    clock,
    matchIntegrations: makeMatchIntegrations((patterns, text) => patterns.includes(text)),
    dispatchJobs: async (jobs: readonly Job[]): Promise<void> => void dispatched.push(jobs),
  };
  return { ports, bots, clock, dispatched, jobs: () => dispatched.flat() };
};

/** Which integration of which bot a job is for. */
export const goalOf = ({ botUserId, integrationType }: Job): string => `${botUserId} ${integrationType}`;
