import { CloudWatchClient, GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import type { ClientConfig } from "../command/bridge.ts";

export interface MetricQuery {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: "Sum" | "Maximum";
  /** How far back it reads. */
  readonly minutes: number;
}

const minuteMs = 60_000;

/** The sum or the maximum over the last minutes. Undefined if CloudWatch has no value. `now`: milliseconds since the epoch. */
export const readMetric = async (
  { namespace, name, dimensions, statistic, minutes }: MetricQuery,
  aws: ClientConfig,
  now: number,
): Promise<number | undefined> => {
  const client = new CloudWatchClient(aws);
  try {
    const { Datapoints = [] } = await client.send(
      new GetMetricStatisticsCommand({
        Namespace: namespace,
        MetricName: name,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        StartTime: new Date(now - minutes * minuteMs),
        EndTime: new Date(now),
        Period: 60,
        Statistics: [statistic],
      }),
    );
    const values = Datapoints.map((point) => point[statistic] ?? 0);
    if (values.length === 0) return undefined;
    return statistic === "Maximum" ? Math.max(...values) : values.reduce((sum, value) => sum + value, 0);
  } finally {
    client.destroy();
  }
};
