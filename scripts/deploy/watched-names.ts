import {
  CloudWatchClient,
  type Dimension,
  GetDashboardCommand,
  type MetricAlarm,
} from "@aws-sdk/client-cloudwatch";
import * as v from "valibot";
import type { ClientConfig } from "../command/bridge.ts";
import { stackNameOf } from "../command/find-stack.ts";
import { readAlarms } from "../command/read-alarms.ts";

/** An alarm, or the dashboard, and the resources that its metrics name. */
export interface Watcher {
  readonly kind: "alarm" | "dashboard";
  readonly name: string;
  readonly watches: readonly string[];
}

/** The dimensions whose values CloudFormation generates. The API and the bridge's own metrics have names with the stage only. */
export const generatedDimensions: ReadonlySet<unknown> = new Set([
  "FunctionName",
  "QueueName",
  "TableName",
  "LogGroupName",
]);

const watchedBy = ({ AlarmName = "", Dimensions = [], Metrics = [] }: MetricAlarm): Watcher => {
  const dimensions: readonly Dimension[] = [
    ...Dimensions,
    ...Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric?.Dimensions ?? []),
  ];
  const names = dimensions.flatMap(({ Name, Value = "" }) => (generatedDimensions.has(Name) ? [Value] : []));
  return { kind: "alarm", name: AlarmName, watches: names };
};

const bodySchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    widgets: v.array(
      v.object({
        properties: v.optional(v.object({ metrics: v.optional(v.array(v.array(v.unknown())), []) })),
      }),
    ),
  }),
);

/** A metric of a graph is an array: namespace, name, and each dimension followed by its value. */
const namesIn = (metric: readonly unknown[]): string[] =>
  metric.flatMap((part, index) => {
    const value = metric[index + 1];
    return generatedDimensions.has(part) && typeof value === "string" ? [value] : [];
  });

const isMissing = (error: unknown): boolean => error instanceof Error && /NotFound/.test(error.name);

const readDashboard = async (client: CloudWatchClient, name: string): Promise<Watcher[]> => {
  try {
    const { DashboardBody } = await client.send(new GetDashboardCommand({ DashboardName: name }));
    const { widgets } = v.parse(bodySchema, DashboardBody);
    const watches = widgets.flatMap(({ properties }) => (properties?.metrics ?? []).flatMap(namesIn));
    return [{ kind: "dashboard", name, watches }];
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
};

/** Reads what a stage's alarms and dashboard watch. @throws the errors of the SDK. */
export const readWatchers = async (stage: string, aws: ClientConfig = {}): Promise<readonly Watcher[]> => {
  const client = new CloudWatchClient(aws);
  try {
    const alarms = await readAlarms(stackNameOf(stage, "observability-"), aws);
    return [...alarms.map(watchedBy), ...(await readDashboard(client, `bot-bridge-${stage}`))];
  } finally {
    client.destroy();
  }
};
