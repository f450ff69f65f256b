import { Duration } from "aws-cdk-lib";
import { type IMetric, type IWidget, MathExpression, Metric } from "aws-cdk-lib/aws-cloudwatch";
import { prices } from "./prices.ts";
import { named } from "./sums.ts";
import type { Watched } from "./watched.ts";

const hour = Duration.hours(1);
const sum = { statistic: "Sum", period: hour } as const;

/** Memory of each function, in GB: lib/constructs/bridge-function.ts. */
const functionMemoryGb = 0.5;

type Graph = (title: string, left: IMetric[], options?: { unit?: string; stacked?: boolean }) => IWidget;

/** The sum of metrics, times a price per unit. */
const dollars = (label: string, price: number, metrics: readonly IMetric[]): IMetric => {
  const using = named(label.replace(/\W/g, "").toLowerCase(), metrics);
  const total = Object.keys(using)
    .map((id) => `FILL(${id},0)`)
    .join("+");
  return new MathExpression({
    expression: `(${total}) * ${price.toFixed(12)}`,
    usingMetrics: using,
    label,
    period: hour,
  });
};

const bytesIn = (LogGroupName: string): IMetric =>
  new Metric({
    namespace: "AWS/Logs",
    metricName: "IncomingBytes",
    dimensionsMap: { LogGroupName },
    ...sum,
  });

/** Hourly costs that grow with the number of turns. docs/cost.md has the fixed costs. */
export const costGraphs = (watched: Watched, graph: Graph): IWidget[] => {
  const { api, apiFunctions, workers, queues, tables, functionLogs, accessLogs } = watched;
  const functions = [...apiFunctions, ...workers];
  const lambdas = functions.map(({ lambda }) => lambda);
  const durations = functions
    .filter(({ isManaged }) => !isManaged)
    .map(({ lambda }) => lambda.metricDuration(sum));
  const consumed = (kind: "Read" | "Write"): IMetric[] =>
    tables.map((table) => table.metric(`Consumed${kind}CapacityUnits`, sum));
  const requests = queues.flatMap(({ jobs }) => [
    jobs.metricNumberOfMessagesSent(sum),
    jobs.metricNumberOfMessagesReceived(sum),
    jobs.metricNumberOfMessagesDeleted(sum),
    jobs.metricNumberOfEmptyReceives(sum),
  ]);
  return [
    graph(
      "US dollars per hour (prices of docs/cost.md)",
      [
        dollars("Lambda duration", (functionMemoryGb * prices.lambdaGigabyteSecond) / 1000, durations),
        dollars(
          "Lambda requests",
          prices.lambdaRequests,
          lambdas.map((lambda) => lambda.metricInvocations(sum)),
        ),
        dollars("API Gateway", prices.apiRequests, [api.deploymentStage.metricCount(sum)]),
        dollars("DynamoDB writes", prices.dynamodbWrites, consumed("Write")),
        dollars("DynamoDB reads", prices.dynamodbReads, consumed("Read")),
        dollars("SQS", prices.sqsFifoRequests, requests),
        dollars(
          "Logs",
          prices.logGigabyte / 1e9,
          [...functionLogs, accessLogs].map(({ logGroupName }) => bytesIn(logGroupName)),
        ),
      ],
      { unit: "US$", stacked: true },
    ),
    graph(
      "Function duration",
      [...apiFunctions, ...workers].map(
        ({ name, lambda }) =>
          new MathExpression({
            expression: `ms${name} / 1000`,
            usingMetrics: { [`ms${name}`]: lambda.metricDuration(sum) },
            label: name,
            period: hour,
          }),
      ),
      { unit: "s", stacked: true },
    ),
    graph(
      "Consumed table capacity",
      tables.flatMap((table) =>
        (["Read", "Write"] as const).map((kind) =>
          table.metric(`Consumed${kind}CapacityUnits`, {
            ...sum,
            label: `${table.node.id}, ${kind.toLowerCase()}s`,
          }),
        ),
      ),
      { unit: "units", stacked: true },
    ),
  ];
};
