import { Duration } from "aws-cdk-lib";
import type { IMetric } from "aws-cdk-lib/aws-cloudwatch";
import type { AlarmSpec } from "./alarm-spec.ts";
import { expression, named, sumOf } from "./sums.ts";
import type { Watched, WatchedFunction } from "./watched.ts";

const period = Duration.minutes(5);

/** RongCloud waits five seconds for a callback to be answered; in milliseconds. */
const slowestCallback = 2_000;

const sum = { statistic: "Sum", period } as const;

const total = (functions: readonly WatchedFunction[], of: (each: WatchedFunction) => IMetric): IMetric => {
  const metrics = named("f", functions.map(of));
  return expression(sumOf(metrics), metrics, "invocations", period);
};
const errors = ({ lambda }: WatchedFunction): IMetric => lambda.metricErrors(sum);
const throttles = ({ lambda }: WatchedFunction): IMetric => lambda.metricThrottles(sum);

/** What AWS itself counts of the functions and of the API before them. */
export const platformAlarms = (
  { api, apiFunctions, workers }: Watched,
  throttledByGateway: IMetric,
): AlarmSpec[] => {
  const callback = apiFunctions.find(({ name }) => name === "ImCallback");
  if (!callback) throw new Error("there is no ImCallback to watch");
  const stage = api.deploymentStage;
  const share = (failed: IMetric, fewest: number): IMetric =>
    expression(
      `IF(FILL(failed,0) >= ${fewest}, 100 * failed / requests, 0)`,
      { failed, requests: stage.metricCount(sum) },
      "% of requests",
      period,
    );

  return [
    {
      id: "CallbackSlow",
      says: "one of a hundred of RongCloud's callbacks takes over 2 s",
      entry: "callbacks-are-slow",
      // The function's own time: the gateway tells a route's latency only with detailed metrics, which cost by the route.
      metric: callback.lambda.metricDuration({ statistic: "p99", period }),
      above: slowestCallback,
      periods: { bad: 2, of: 3 },
    },
    {
      id: "ApiErrors",
      says: "more than one request of a hundred is answered with a 5xx",
      entry: "the-api-answers-with-5xx",
      metric: share(stage.metricServerError(sum), 5),
      above: 1,
    },
    {
      id: "ApiRefusals",
      says: "more than half of the requests are refused with a 4xx",
      entry: "the-api-refuses-callers",
      metric: share(stage.metricClientError(sum), 50),
      above: 50,
      periods: { bad: 2, of: 3 },
    },
    {
      id: "ApiThrottles",
      says: "the API's own rates turn requests away",
      entry: "the-api-turns-requests-away",
      metric: throttledByGateway,
      above: 0,
      periods: { bad: 2, of: 3 },
    },
    {
      id: "ApiFunctionErrors",
      says: "a function behind the API fails",
      entry: "functions-fail",
      metric: total(apiFunctions, errors),
      above: 0,
    },
    {
      id: "WorkerErrors",
      says: "a worker fails",
      entry: "functions-fail",
      metric: total(workers, errors),
      above: 0,
    },
    {
      id: "ApiFunctionThrottles",
      says: "functions behind the API get no room to run in",
      entry: "functions-are-throttled",
      metric: total(apiFunctions, throttles),
      above: 0,
    },
    {
      id: "WorkerThrottles",
      says: "workers get no room to run in",
      entry: "functions-are-throttled",
      metric: total(workers, throttles),
      above: 0,
      // Their jobs come again by themselves.
      periods: { bad: 3, of: 3 },
    },
  ];
};
