import { Duration } from "aws-cdk-lib";
import type { Metric } from "aws-cdk-lib/aws-cloudwatch";
import { FilterPattern, MetricFilter } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import type { Watched } from "./watched.ts";

/**
 * Requests that API Gateway throttled by their route's rate. It has no metric for them, so this counts access log
 * lines. A 429 that a function returns for a user's own limit is not counted.
 */
export const gatewayThrottles = (scope: Construct, { accessLogs, api }: Watched): Metric =>
  new MetricFilter(scope, "GatewayThrottled", {
    logGroup: accessLogs,
    filterPattern: FilterPattern.stringValue("$.responseType", "=", "THROTTLED"),
    metricNamespace: `BotBridge/${api.restApiName}`,
    metricName: "GatewayThrottled",
    metricValue: "1",
  }).metric({ statistic: "Sum", period: Duration.minutes(5), label: "throttled by the gateway" });
