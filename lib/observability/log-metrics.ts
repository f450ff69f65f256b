import { Duration } from "aws-cdk-lib";
import type { IMetric } from "aws-cdk-lib/aws-cloudwatch";
import { FilterPattern, type ILogGroup, MetricFilter } from "aws-cdk-lib/aws-logs";
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
}

export const logMetrics = (scope: Construct, watched: Watched): LogMetrics => {
  const linesIn = (logGroup: ILogGroup, metricName: string, field: string, value: string, label: string) =>
    new MetricFilter(scope, metricName, {
      logGroup,
      filterPattern: FilterPattern.stringValue(`$.${field}`, "=", value),
      metricNamespace: `BotBridge/${watched.api.restApiName}`,
      metricName,
      metricValue: "1",
    }).metric({ statistic: "Sum", period: Duration.minutes(5), label });
  const { logGroup: callbackLogs } = callbackFunction(watched);
  return {
    throttledByGateway: linesIn(
      watched.accessLogs,
      "GatewayThrottled",
      "responseType",
      "THROTTLED",
      "throttled by the gateway",
    ),
    reusedSignatures: linesIn(
      callbackLogs,
      "CallbackSignatureReused",
      "event",
      "callback_signature_reused",
      "used signatures",
    ),
  };
};
