import { Duration } from "aws-cdk-lib";
import type { AlarmSpec } from "./alarm-spec.ts";
import type { WatchedQueue } from "./watched.ts";

/**
 * In seconds. A message is as old as its job, also while a worker has it: a turn may run for 14 minutes, and a webhook is
 * tried for 15.
 */
const maxAgeSeconds = 20 * 60;

const idOf = ({ name }: WatchedQueue): string => (name === "turns" ? "Turns" : "Webhooks");

/** What waits, and what was given up. */
export const queueAlarms = (queues: readonly WatchedQueue[]): AlarmSpec[] =>
  queues.flatMap((queue) => [
    {
      id: `${idOf(queue)}DeadLetters`,
      problem: `there are dead letters of ${queue.name}`,
      runbookEntry: "dead-letters",
      metric: queue.deadLetters.metricApproximateNumberOfMessagesVisible({
        statistic: "Maximum",
        period: Duration.minutes(5),
      }),
      threshold: 0,
    },
    {
      id: `${idOf(queue)}Waiting`,
      problem: `the oldest of the ${queue.name} has waited for 20 minutes`,
      runbookEntry: "jobs-wait",
      metric: queue.jobs.metricApproximateAgeOfOldestMessage({
        statistic: "Maximum",
        period: Duration.minutes(5),
      }),
      threshold: maxAgeSeconds,
    },
  ]);
