import { Duration } from "aws-cdk-lib";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";

/** Where functions/adapters/node/metrics.ts puts what the functions note; a test compares the two. */
export const namespace = "BotBridge";

/** What every metric of a stage bears, so that two stages of one account are told apart. */
export const serviceOf = (stage: string): string => `bot-bridge-${stage}`;

export const doors = ["im", "http"] as const;
export type Door = (typeof doors)[number];

/** What turns come to (functions/core/turn/turn-report.ts). */
export const outcomes = [
  "answered",
  "stopped",
  "paused",
  "unreadable",
  "failed",
  "incomplete",
  "abandoned",
] as const;
export type Outcome = (typeof outcomes)[number];

export interface MetricOptions {
  readonly statistic?: string;
  readonly period?: Duration;
  readonly label?: string;
}

/** The metrics that the functions note, of one stage. */
export interface OwnMetrics {
  turnEnded(door: Door, outcome: Outcome, options?: MetricOptions): Metric;
  firstText(door: Door, options?: MetricOptions): Metric;
  /** By any dimensions: what a graph draws a line for each of. */
  search(name: string, dimensions: readonly string[], statistic: string): string;
}

const period = Duration.minutes(5);

export const ownMetricsOf = (stage: string): OwnMetrics => {
  const service = serviceOf(stage);
  const metric = (
    metricName: string,
    dimensions: Readonly<Record<string, string>>,
    options: MetricOptions = {},
  ): Metric =>
    new Metric({ namespace, metricName, dimensionsMap: { service, ...dimensions }, period, ...options });
  return {
    turnEnded: (door, outcome, options) =>
      metric("TurnEnded", { door, outcome }, { statistic: "SampleCount", ...options }),
    firstText: (door, options) => metric("FirstText", { door }, { statistic: "p95", ...options }),
    search: (name, dimensions, statistic) =>
      `SEARCH('{${[namespace, "service", ...dimensions].join(",")}} MetricName="${name}" service="${service}"', '${statistic}')`,
  };
};
