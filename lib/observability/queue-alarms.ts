import { Duration } from "aws-cdk-lib";
import type { AlarmSpec } from "./alarm-spec.ts";
import { maxJobAgeSeconds } from "./job-age.ts";
import type { WatchedQueue } from "./watched.ts";

const impacts = {
  turns: {
    deadLetters: "Users got an error instead of an answer, or no answer at all",
    waiting: "Users wait for answers",
  },
  webhooks: { deadLetters: "App servers missed events", waiting: "App servers get events late" },
} as const;
const idOf = ({ name }: WatchedQueue): string => (name === "turns" ? "Turns" : "Webhooks");

/** Alarms for waiting jobs and dead letters. */
export const queueAlarms = (queues: readonly WatchedQueue[]): AlarmSpec[] =>
  queues.flatMap((queue) => [
    {
      id: `${idOf(queue)}DeadLetters`,
      problem: `There are dead letters of ${queue.name}`,
      impact: impacts[queue.name].deadLetters,
      runbookEntry: "dead-letters",
      metric: queue.deadLetters.metricApproximateNumberOfMessagesVisible({
        statistic: "Maximum",
        period: Duration.minutes(5),
      }),
      threshold: 0,
    },
    {
      id: `${idOf(queue)}Waiting`,
      problem: `The oldest job in the queue of ${queue.name} is over 20 minutes old`,
      impact: impacts[queue.name].waiting,
      runbookEntry: "jobs-wait",
      metric: queue.jobs.metricApproximateAgeOfOldestMessage({
        statistic: "Maximum",
        period: Duration.minutes(5),
      }),
      threshold: maxJobAgeSeconds,
    },
  ]);
