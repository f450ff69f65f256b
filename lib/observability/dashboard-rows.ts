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
import type { LogMetrics } from "./log-metrics.ts";
import type { Watched } from "./watched.ts";

const period = Duration.minutes(5);
const sum = { statistic: "Sum", period } as const;

const heading = (text: string): IWidget => new TextWidget({ markdown: `## ${text}`, width: 24, height: 1 });

/** A graph a third of the dashboard wide. */
export const graph = (
  title: string,
  left: IMetric[],
  options: { unit?: string; stacked?: boolean } = {},
): IWidget =>
  new GraphWidget({
    title,
    left,
    width: 8,
    height: 6,
    period,
    stacked: options.stacked ?? false,
    leftYAxis: { min: 0, showUnits: false, ...(options.unit !== undefined && { label: options.unit }) },
  });

const search = (expression: string): IMetric => new SearchExpression({ expression, period });

const channelLabels = { im: "IM", http: "HTTP" } as const;

export interface DashboardParts {
  readonly watched: Watched;
  readonly custom: CustomMetrics;
  readonly alarms: readonly Alarm[];
  readonly fromLogs: LogMetrics;
}

const healthRow = ({ alarms, custom }: DashboardParts): IWidget[] => {
  const day = Duration.days(1);
  const count = (label: string, ...wanted: (typeof outcomes)[number][]): IMetric => {
    const metrics = Object.fromEntries(
      wanted.flatMap((outcome) =>
        channels.map((channel) => [
          `${outcome}_${channel}`,
          custom.turnEnded(channel, outcome, { period: day }),
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
      title: "Turns per day",
      metrics: [
        count("answered", "answered"),
        count("failed or incomplete", "failed", "incomplete", "abandoned"),
      ],
      width: 8,
      height: 6,
      period: day,
    }),
  ];
};

const latencyRow = ({ watched: { apiFunctions, queues }, custom }: DashboardParts): IWidget[] => [
  graph(
    "Time to first text",
    channels.flatMap((channel) =>
      ["p50", "p95"].map((statistic) =>
        custom.firstText(channel, { statistic, label: `${channelLabels[channel]} ${statistic}` }),
      ),
    ),
    { unit: "ms" },
  ),
  graph(
    "Time to complete answer",
    channels.flatMap((channel) =>
      ["p50", "p95"].map((statistic) =>
        custom.turnEnded(channel, "answered", { statistic, label: `${channelLabels[channel]} ${statistic}` }),
      ),
    ),
    { unit: "ms" },
  ),
  graph(
    "API function duration, p99, without cold starts",
    apiFunctions
      .filter(({ name }) => name !== "ChatStream")
      .map(({ name, lambda }) => lambda.metricDuration({ statistic: "p99", period, label: name })),
    { unit: "ms" },
  ),
  graph(
    "Age of the oldest job",
    queues.map(({ name, jobs }) =>
      jobs.metricApproximateAgeOfOldestMessage({ statistic: "Maximum", period, label: name }),
    ),
    { unit: "s" },
  ),
  graph(
    "Waiting jobs",
    queues.map(({ name, jobs }) =>
      jobs.metricApproximateNumberOfMessagesVisible({ statistic: "Maximum", period, label: name }),
    ),
  ),
  graph(
    "Delay of turns whose conversation is free, maximum",
    [
      custom.startDelay("capacity", { label: "waited for a worker" }),
      custom.startDelay("limit", { label: "waited at a limit" }),
    ],
    { unit: "ms" },
  ),
  graph(
    "Time from message to job result, p95",
    [search(custom.searchExpression("JobDelivered", ["integration"], "p95"))],
    { unit: "ms" },
  ),
];

const errorRow = ({ watched, custom, fromLogs }: DashboardParts): IWidget[] => {
  const { api, apiFunctions, workers, queues, tables } = watched;
  const all = [...apiFunctions, ...workers];
  const stage = api.deploymentStage;
  return [
    graph(
      "Turns by outcome",
      outcomes.flatMap((outcome) =>
        channels.map((channel) =>
          custom.turnEnded(channel, outcome, { label: `${outcome}, ${channelLabels[channel]}` }),
        ),
      ),
      { stacked: true },
    ),
    graph("Model failures by code", [
      search(custom.searchExpression("ModelFailed", ["integration", "code"], "Sum")),
    ]),
    graph(
      "Dead letters",
      queues.map(({ name, deadLetters }) =>
        deadLetters.metricApproximateNumberOfMessagesVisible({ statistic: "Maximum", period, label: name }),
      ),
    ),
    graph("Failed attempts and jobs given up", [
      search(custom.searchExpression("JobTried", ["integration"], "SampleCount")),
      search(custom.searchExpression("JobGivenUp", ["integration"], "SampleCount")),
      search(custom.searchExpression("JobDropped", ["integration"], "SampleCount")),
      search(custom.searchExpression("JobRecalled", ["integration"], "SampleCount")),
      search(custom.searchExpression("JobStopped", ["integration"], "SampleCount")),
      search(custom.searchExpression("JobMerged", ["integration"], "SampleCount")),
      search(custom.searchExpression("JobLimited", ["integration"], "SampleCount")),
    ]),
    graph("Requests at a limit of an app, bot or user", [
      search(custom.searchExpression("SlotRefused", ["channel", "limit"], "Sum")),
    ]),
    graph("Turns at a limit of turns or tokens", [
      search(custom.searchExpression("TurnLimited", ["of"], "Sum")),
      search(custom.searchExpression("LimitNear", ["of"], "Sum")),
    ]),
    graph("Unreadable callbacks", [search(custom.searchExpression("CallbackDropped", ["route"], "Sum"))]),
    graph("API errors", [
      stage.metricServerError({ ...sum, label: "5xx" }),
      stage.metricClientError({ ...sum, label: "4xx" }),
      fromLogs.throttledByGateway,
      fromLogs.reusedSignatures,
    ]),
    graph(
      "Function errors",
      all.map(({ name, lambda }) => lambda.metricErrors({ ...sum, label: name })),
    ),
    graph(
      "Function throttles",
      all.map(({ name, lambda }) => lambda.metricThrottles({ ...sum, label: name })),
    ),
    graph(
      "Table throttles",
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

/** The dashboard from top to bottom: health, latency, errors, cost. */
export const dashboardRows = (parts: DashboardParts): IWidget[][] => [
  [heading("Health")],
  healthRow(parts),
  [heading("Latency")],
  latencyRow(parts),
  [heading("Errors")],
  errorRow(parts),
  [heading("Cost")],
  costGraphs(parts.watched, graph),
];
