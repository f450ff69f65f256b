import { Duration } from "aws-cdk-lib";
import type { IMetric } from "aws-cdk-lib/aws-cloudwatch";
import { FilterPattern, type IFilterPattern, type ILogGroup, MetricFilter } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { callbackFunction, type Watched } from "./watched.ts";

/** Metrics that count lines of logs, for what neither AWS nor a function counts. */
export interface LogMetrics {
  /**
   * Requests that API Gateway throttled by their route's rate. A 429 that a function returns for a user's own limit is not
   * counted.
   */
  readonly throttledByGateway: IMetric;
  /** Callbacks that were refused because their signature was used for another call or body. */
  readonly reusedSignatures: IMetric;
  /** Requests that a web function did not serve: its process ended, or there was none. Only if there are web functions. */
  readonly webFunctionErrors?: IMetric;
}

const has = (field: string, value: string) => FilterPattern.stringValue(`$.${field}`, "=", value);

export const logMetrics = (scope: Construct, watched: Watched): LogMetrics => {
  const linesIn = (logGroup: ILogGroup, metricName: string, filterPattern: IFilterPattern, label: string) =>
    new MetricFilter(scope, metricName, {
      logGroup,
      filterPattern,
      metricNamespace: `BotBridge/${watched.api.restApiName}`,
      metricName,
      metricValue: "1",
    }).metric({ statistic: "Sum", period: Duration.minutes(5), label });
  const { logGroup: callbackLogs } = callbackFunction(watched);
  return {
    throttledByGateway: linesIn(
      watched.accessLogs,
      "GatewayThrottled",
      has("responseType", "THROTTLED"),
      "throttled by the gateway",
    ),
    reusedSignatures: linesIn(
      callbackLogs,
      "CallbackSignatureReused",
      has("event", "callback_signature_reused"),
      "used signatures",
    ),
    ...(watched.webRoutes.length > 0 && {
      webFunctionErrors: linesIn(
        watched.accessLogs,
        "WebFunctionErrors",
        FilterPattern.all(
          FilterPattern.any(...["502", "503"].map((status) => has("status", status))),
          FilterPattern.any(...watched.webRoutes.map((route) => has("route", route))),
        ),
        "web function",
      ),
    }),
  };
};
