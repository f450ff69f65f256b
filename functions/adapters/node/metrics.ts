import { Metrics as EmbeddedMetrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { Metrics } from "#core/shared/metrics.ts";

const namespace = "BotBridge";

/**
 * CloudWatch's embedded metric format: a line of the log that is a metric, and costs no call. The library adds a dimension
 * to each, `service`, from POWERTOOLS_SERVICE_NAME: it tells a deployment's stage from another's.
 */
export const makeMetrics = (): Metrics => {
  const metrics = new EmbeddedMetrics({ namespace });
  const note = (
    name: string,
    unit: typeof MetricUnit.Count | typeof MetricUnit.Milliseconds,
    value: number,
    dimensions: Readonly<Record<string, string>>,
  ): void => {
    const metric = metrics.singleMetric();
    for (const [dimension, given] of Object.entries(dimensions)) metric.addDimension(dimension, given);
    metric.addMetric(name, unit, value);
  };
  return {
    count: (name, dimensions) => note(name, MetricUnit.Count, 1, dimensions),
    time: (name, ms, dimensions) => note(name, MetricUnit.Milliseconds, ms, dimensions),
  };
};
