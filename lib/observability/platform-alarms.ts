import { Duration } from "aws-cdk-lib";
import type { IMetric } from "aws-cdk-lib/aws-cloudwatch";
import type { AlarmSpec } from "./alarm-spec.ts";
import type { LogMetrics } from "./log-metrics.ts";
import { expression, named, sumOf } from "./sums.ts";
import { callbackFunction, type Watched, type WatchedFunction } from "./watched.ts";

const period = Duration.minutes(5);

/** In milliseconds. RongCloud waits five seconds for the response to a callback. */
const maxCallbackMs = 2_000;

const sum = { statistic: "Sum", period } as const;

const total = (of: readonly IMetric[]): IMetric => {
  const metrics = named("f", of);
  return expression(sumOf(metrics), metrics, "invocations", period);
};
/** CloudWatch's limit of metrics in an alarm. */
const maxMetrics = 10;

/** An alarm for the sum of metrics, or several if they are more than an alarm can watch. */
const alarmsOfSum = (
  spec: Omit<AlarmSpec, "metric" | "threshold">,
  metrics: readonly IMetric[],
): AlarmSpec[] =>
  Array.from({ length: Math.ceil(metrics.length / maxMetrics) }, (_, index) => ({
    ...spec,
    id: index === 0 ? spec.id : `${spec.id}${index + 1}`,
    metric: total(metrics.slice(index * maxMetrics, (index + 1) * maxMetrics)),
    threshold: 0,
  }));

const errors = ({ lambda }: WatchedFunction): IMetric => lambda.metricErrors(sum);
const throttles = ({ lambda }: WatchedFunction): IMetric => lambda.metricThrottles(sum);

/** Alarms on AWS's own metrics of the API and the functions. */
export const platformAlarms = (
  watched: Watched,
  { throttledByGateway, reusedSignatures, webFunctionErrors }: LogMetrics,
): AlarmSpec[] => {
  const { api, apiFunctions, workers } = watched;
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
      problem: "1 % of RongCloud's callbacks take over 2 seconds",
      impact: "Users get answers late",
      runbookEntry: "callbacks-are-slow",
      // The function's duration: API Gateway has latency per route only with detailed metrics, which are priced per
      // route.
      metric: callbackFunction(watched).metricDuration({ statistic: "p99", period }),
      threshold: maxCallbackMs,
      periods: { breaching: 2, evaluated: 3 },
    },
    {
      id: "CallbackReplayed",
      problem: "Callbacks were refused because their signatures had been used before",
      impact: "Somebody replays calls, or users get no answers because a sender signs several calls alike",
      runbookEntry: "callbacks-repeat-a-used-signature",
      metric: reusedSignatures,
      threshold: 0,
    },
    {
      id: "ApiErrors",
      problem: "Over 1 % of API requests fail with a 5xx",
      impact: "Apps and clients get errors",
      runbookEntry: "the-api-answers-with-5xx",
      metric: share(stage.metricServerError(sum), 5),
      threshold: 1,
    },
    {
      id: "ApiRefusals",
      problem: "Over half of the API requests are rejected with a 4xx",
      impact: "An app or its clients may not work at all",
      runbookEntry: "the-api-rejects-callers",
      metric: share(stage.metricClientError(sum), 50),
      threshold: 50,
      periods: { breaching: 2, evaluated: 3 },
    },
    {
      id: "ApiThrottles",
      problem: "The API throttles requests at a route's rate limit",
      impact: "Callers get a 429 and must retry",
      runbookEntry: "the-api-throttles-requests",
      metric: throttledByGateway,
      threshold: 0,
      periods: { breaching: 2, evaluated: 3 },
    },
    ...alarmsOfSum(
      {
        id: "ApiFunctionErrors",
        problem: "A function behind the API fails",
        impact: "Apps and clients get a 5xx",
        runbookEntry: "functions-fail",
      },
      [...apiFunctions.map(errors), ...(webFunctionErrors ? [webFunctionErrors] : [])],
    ),
    ...alarmsOfSum(
      {
        id: "WorkerErrors",
        problem: "A worker function fails",
        impact: "Answers and webhook events are late until a retry succeeds",
        runbookEntry: "functions-fail",
      },
      workers.map(errors),
    ),
    ...alarmsOfSum(
      {
        id: "ApiFunctionThrottles",
        problem: "Lambda throttles functions behind the API",
        impact: "Apps and clients get a 5xx",
        runbookEntry: "functions-are-throttled",
      },
      apiFunctions.map(throttles),
    ),
    ...alarmsOfSum(
      {
        id: "WorkerThrottles",
        problem: "Lambda throttles workers",
        impact: "Answers and webhook events are late",
        runbookEntry: "functions-are-throttled",
        // SQS retries their jobs.
        periods: { breaching: 3, evaluated: 3 },
      },
      workers.map(throttles),
    ),
  ];
};
