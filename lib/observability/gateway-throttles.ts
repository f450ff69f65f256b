import { Duration } from "aws-cdk-lib";
import type { Metric } from "aws-cdk-lib/aws-cloudwatch";
import { FilterPattern, MetricFilter } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import type { Watched } from "./watched.ts";

/**
 * The requests that the gateway itself turned away, for their route's rate: it has no metric of them, but a line of the
 * access log. A function's own 429, of a user's limits, is none of them.
 */
export const gatewayThrottles = (scope: Construct, { accessLogs, api }: Watched): Metric =>
  new MetricFilter(scope, "GatewayThrottled", {
    logGroup: accessLogs,
    filterPattern: FilterPattern.stringValue("$.responseType", "=", "THROTTLED"),
    metricNamespace: `BotBridge/${api.restApiName}`,
    metricName: "GatewayThrottled",
    metricValue: "1",
  }).metric({ statistic: "Sum", period: Duration.minutes(5), label: "throttled by the gateway" });
