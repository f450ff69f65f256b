import { Duration } from "aws-cdk-lib";
import type { IMetric } from "aws-cdk-lib/aws-cloudwatch";
import type { AlarmSpec } from "./alarm-spec.ts";
import { expression, named, sumOf } from "./sums.ts";
import type { Watched, WatchedFunction } from "./watched.ts";

const period = Duration.minutes(5);

/** RongCloud waits five seconds for a callback to be answered; in milliseconds. */
const maxCallbackMs = 2_000;

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
  const share = (failed: IMetric, minFailures: number): IMetric =>
    expression(
      `IF(FILL(failed,0) >= ${minFailures}, 100 * failed / requests, 0)`,
      { failed, requests: stage.metricCount(sum) },
      "% of requests",
      period,
    );

  return [
    {
      id: "CallbackSlow",
      problem: "one of a hundred of RongCloud's callbacks takes over 2 s",
      runbookEntry: "callbacks-are-slow",
      // The function's own time: the gateway tells a route's latency only with detailed metrics, which cost by the route.
      metric: callback.lambda.metricDuration({ statistic: "p99", period }),
      threshold: maxCallbackMs,
      periods: { breaching: 2, evaluated: 3 },
    },
    {
      id: "ApiErrors",
      problem: "more than one request of a hundred is answered with a 5xx",
      runbookEntry: "the-api-answers-with-5xx",
      metric: share(stage.metricServerError(sum), 5),
      threshold: 1,
    },
    {
      id: "ApiRefusals",
      problem: "more than half of the requests are refused with a 4xx",
      runbookEntry: "the-api-refuses-callers",
      metric: share(stage.metricClientError(sum), 50),
      threshold: 50,
      periods: { breaching: 2, evaluated: 3 },
    },
    {
      id: "ApiThrottles",
      problem: "the API's own rates turn requests away",
      runbookEntry: "the-api-turns-requests-away",
      metric: throttledByGateway,
      threshold: 0,
      periods: { breaching: 2, evaluated: 3 },
    },
    {
      id: "ApiFunctionErrors",
      problem: "a function behind the API fails",
      runbookEntry: "functions-fail",
      metric: total(apiFunctions, errors),
      threshold: 0,
    },
    {
      id: "WorkerErrors",
      problem: "a worker fails",
      runbookEntry: "functions-fail",
      metric: total(workers, errors),
      threshold: 0,
    },
    {
      id: "ApiFunctionThrottles",
      problem: "functions behind the API get no room to run in",
      runbookEntry: "functions-are-throttled",
      metric: total(apiFunctions, throttles),
      threshold: 0,
    },
    {
      id: "WorkerThrottles",
      problem: "workers get no room to run in",
      runbookEntry: "functions-are-throttled",
      metric: total(workers, throttles),
      threshold: 0,
      // Their jobs come again by themselves.
      periods: { breaching: 3, evaluated: 3 },
    },
  ];
};
