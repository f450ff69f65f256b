import { Duration } from "aws-cdk-lib";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";

/** The namespace in functions/adapters/node/metrics.ts; a test compares the two. */
export const namespace = "BotBridge";

/** The `service` dimension of every metric, which separates the stages of one account. */
export const serviceOf = (stage: string): string => `bot-bridge-${stage}`;

export const channels = ["im", "http"] as const;
export type Channel = (typeof channels)[number];

/** How turns end (functions/core/turn/turn-report.ts); a truncated answer is counted as `answered`. */
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

/** What a turn waited for although its conversation was free (functions/core/turn/turn-report.ts). */
export type WaitCause = "capacity" | "limit";

/** Whose limit of turns or tokens (functions/core/turn/limit-names.ts). */
export type LimitOwner = "app" | "bot" | "user";

export interface MetricOptions {
  readonly statistic?: string;
  /** Default: 5 minutes. */
  readonly period?: Duration;
  readonly label?: string;
}

/** The metrics that the functions of one stage emit. */
export interface CustomMetrics {
  turnEnded(channel: Channel, outcome: Outcome, options?: MetricOptions): Metric;
  firstText(channel: Channel, options?: MetricOptions): Metric;
  startDelay(cause: WaitCause, options?: MetricOptions): Metric;
  /** Days on which 80 % of a limit were used. */
  limitNear(of: LimitOwner, options?: MetricOptions): Metric;
  /** Turns that a limit did not allow. */
  turnLimited(of: LimitOwner, options?: MetricOptions): Metric;
  /** A search expression for a graph: one line per combination of the values of `dimensions`. */
  searchExpression(name: string, dimensions: readonly string[], statistic: string): string;
}

const period = Duration.minutes(5);

export const customMetricsOf = (stage: string): CustomMetrics => {
  const service = serviceOf(stage);
  const metric = (
    metricName: string,
    dimensions: Readonly<Record<string, string>>,
    options: MetricOptions = {},
  ): Metric =>
    new Metric({ namespace, metricName, dimensionsMap: { service, ...dimensions }, period, ...options });
  return {
    turnEnded: (channel, outcome, options) =>
      metric("TurnEnded", { channel, outcome }, { statistic: "SampleCount", ...options }),
    firstText: (channel, options) => metric("FirstText", { channel }, { statistic: "p95", ...options }),
    startDelay: (cause, options) => metric("StartDelay", { cause }, { statistic: "Maximum", ...options }),
    limitNear: (of, options) => metric("LimitNear", { of }, { statistic: "Sum", ...options }),
    turnLimited: (of, options) => metric("TurnLimited", { of }, { statistic: "Sum", ...options }),
    searchExpression: (name, dimensions, statistic) =>
      `SEARCH('{${[namespace, "service", ...dimensions].join(",")}} MetricName="${name}" service="${service}"', '${statistic}')`,
  };
};
