import { Metrics as EmbeddedMetrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { Metrics } from "#core/shared/metrics.ts";

const namespace = "BotBridge";

/**
 * Metrics in CloudWatch's embedded metric format: log lines that CloudWatch turns into metrics, without an API call. The
 * library adds the dimension `service` from POWERTOOLS_SERVICE_NAME, which distinguishes the stages.
 */
export const makeMetrics = (): Metrics => {
  const metrics = new EmbeddedMetrics({ namespace });
  const emit = (
    name: string,
    unit: typeof MetricUnit.Count | typeof MetricUnit.Milliseconds,
    value: number,
    dimensions: Readonly<Record<string, string>>,
  ): void => {
    const metric = metrics.singleMetric();
    for (const [dimension, dimensionValue] of Object.entries(dimensions))
      metric.addDimension(dimension, dimensionValue);
    metric.addMetric(name, unit, value);
  };
  return {
    count: (name, dimensions) => emit(name, MetricUnit.Count, 1, dimensions),
    time: (name, ms, dimensions) => emit(name, MetricUnit.Milliseconds, ms, dimensions),
  };
};
