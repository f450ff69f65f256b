import { Duration } from "aws-cdk-lib";
import {
  type Alarm,
  AlarmStatusWidget,
  GraphWidget,
  type IMetric,
  type IWidget,
  MathExpression,
  SearchExpression,
  SingleValueWidget,
  TextWidget,
} from "aws-cdk-lib/aws-cloudwatch";
import { costGraphs } from "./cost-graphs.ts";
import { type CustomMetrics, channels, outcomes } from "./custom-metrics.ts";
import type { Watched } from "./watched.ts";

const period = Duration.minutes(5);
const sum = { statistic: "Sum", period } as const;

const heading = (text: string): IWidget => new TextWidget({ markdown: `## ${text}`, width: 24, height: 1 });

/** Three beside each other. */
export const graph = (
  title: string,
  left: IMetric[],
  given: { unit?: string; stacked?: boolean } = {},
): IWidget =>
  new GraphWidget({
    title,
    left,
    width: 8,
    height: 6,
    period,
    stacked: given.stacked ?? false,
    leftYAxis: { min: 0, showUnits: false, ...(given.unit !== undefined && { label: given.unit }) },
  });

const search = (expression: string): IMetric => new SearchExpression({ expression, period });

const channelLabels = { im: "IM", http: "HTTP" } as const;

export interface DashboardParts {
  readonly watched: Watched;
  readonly own: CustomMetrics;
  readonly alarms: readonly Alarm[];
  readonly throttledByGateway: IMetric;
}

const healthRow = ({ alarms, own }: DashboardParts): IWidget[] => {
  const day = Duration.days(1);
  const count = (label: string, ...wanted: (typeof outcomes)[number][]): IMetric => {
    const metrics = Object.fromEntries(
      wanted.flatMap((outcome) =>
        channels.map((channel) => [
          `${outcome}_${channel}`,
          own.turnEnded(channel, outcome, { period: day }),
        ]),
      ),
    );
    const expression = Object.keys(metrics)
      .map((id) => `FILL(${id},0)`)
      .join("+");
    return new MathExpression({ expression, usingMetrics: metrics, label, period: day });
  };
  return [
    new AlarmStatusWidget({ title: "Alarms", alarms: [...alarms], width: 16, height: 6 }),
    new SingleValueWidget({
      title: "Turns, in a day",
      metrics: [
        count("answered", "answered"),
        count("failed or broken off", "failed", "incomplete", "abandoned"),
      ],
      width: 8,
      height: 6,
      period: day,
    }),
  ];
};

const latencyRow = ({ watched: { apiFunctions, queues }, own }: DashboardParts): IWidget[] => [
  graph(
    "Until a user sees the first word",
    channels.flatMap((channel) =>
      ["p50", "p95"].map((statistic) =>
        own.firstText(channel, { statistic, label: `${channelLabels[channel]} ${statistic}` }),
      ),
    ),
    { unit: "ms" },
  ),
  graph(
    "Until an answer is whole",
    channels.flatMap((channel) =>
      ["p50", "p95"].map((statistic) =>
        own.turnEnded(channel, "answered", { statistic, label: `${channelLabels[channel]} ${statistic}` }),
      ),
    ),
    { unit: "ms" },
  ),
  graph(
    "Calls of the API, p99, cold starts apart",
    apiFunctions
      .filter(({ name }) => name !== "ChatStream")
      .map(({ name, lambda }) => lambda.metricDuration({ statistic: "p99", period, label: name })),
    { unit: "ms" },
  ),
  graph(
    "The oldest job of each queue",
    queues.map(({ name, jobs }) =>
      jobs.metricApproximateAgeOfOldestMessage({ statistic: "Maximum", period, label: name }),
    ),
    { unit: "s" },
  ),
  graph(
    "Jobs that wait",
    queues.map(({ name, jobs }) =>
      jobs.metricApproximateNumberOfMessagesVisible({ statistic: "Maximum", period, label: name }),
    ),
  ),
  graph(
    "From a message to what came of its job, p95",
    [search(own.searchExpression("JobDelivered", ["integration"], "p95"))],
    { unit: "ms" },
  ),
];

const errorRow = ({ watched, own, throttledByGateway }: DashboardParts): IWidget[] => {
  const { api, apiFunctions, workers, queues, tables } = watched;
  const all = [...apiFunctions, ...workers];
  const stage = api.deploymentStage;
  return [
    graph(
      "Turns by what they came to",
      outcomes.flatMap((outcome) =>
        channels.map((channel) =>
          own.turnEnded(channel, outcome, { label: `${outcome}, ${channelLabels[channel]}` }),
        ),
      ),
      { stacked: true },
    ),
    graph("Why models failed", [search(own.searchExpression("ModelFailed", ["integration", "code"], "Sum"))]),
    graph(
      "Dead letters",
      queues.map(({ name, deadLetters }) =>
        deadLetters.metricApproximateNumberOfMessagesVisible({ statistic: "Maximum", period, label: name }),
      ),
    ),
    graph("Tries that failed, and jobs given up", [
      search(own.searchExpression("JobTried", ["integration"], "SampleCount")),
      search(own.searchExpression("JobGivenUp", ["integration"], "SampleCount")),
      search(own.searchExpression("JobDropped", ["integration"], "SampleCount")),
    ]),
    graph("Callbacks that nobody can make sense of", [
      search(own.searchExpression("CallbackDropped", ["route"], "Sum")),
    ]),
    graph("The API's answers", [
      stage.metricServerError({ ...sum, label: "5xx" }),
      stage.metricClientError({ ...sum, label: "4xx" }),
      throttledByGateway,
    ]),
    graph(
      "Functions that fail",
      all.map(({ name, lambda }) => lambda.metricErrors({ ...sum, label: name })),
    ),
    graph(
      "Functions that are throttled",
      all.map(({ name, lambda }) => lambda.metricThrottles({ ...sum, label: name })),
    ),
    graph(
      "Tables that are throttled",
      tables.flatMap((table) =>
        ["Read", "Write"].map((kind) =>
          table.metric(`${kind}ThrottleEvents`, {
            ...sum,
            label: `${table.node.id}, ${kind.toLowerCase()}s`,
          }),
        ),
      ),
    ),
  ];
};

/** From top to bottom: is it well, how fast, what fails, what does it cost. */
export const dashboardRows = (parts: DashboardParts): IWidget[][] => [
  [heading("Is it well?")],
  healthRow(parts),
  [heading("How fast?")],
  latencyRow(parts),
  [heading("What fails?")],
  errorRow(parts),
  [heading("What does it cost?")],
  costGraphs(parts.watched, graph),
];
