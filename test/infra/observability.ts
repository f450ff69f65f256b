import type { Template } from "aws-cdk-lib/assertions";
import type { GivenSettings } from "../../lib/config.ts";
import { parts, synthesise } from "../support/synthesised.ts";

export interface MetricUse {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, unknown>>;
}

export interface AlarmResource {
  readonly id: string;
  readonly AlarmDescription: string;
  readonly TreatMissingData: string;
  readonly AlarmActions: unknown[];
  readonly OKActions: unknown[];
  /** Every metric that it reads. */
  readonly reads: readonly MetricUse[];
}

export interface SynthesizedOps {
  readonly template: Template;
  readonly alarms: readonly AlarmResource[];
  /** Of all stacks that the runbook covers. */
  readonly descriptions: readonly string[];
  /** Of the dashboard's graphs. */
  readonly titles: readonly string[];
  readonly headings: readonly string[];
  /** Every metric that a graph shows. */
  readonly drawn: readonly MetricUse[];
  /** The expressions that graphs search with, such as `SEARCH('{…} …', 'Sum')`. */
  readonly searches: readonly string[];
  readonly queries: readonly { readonly name: string; readonly text: string }[];
  /** The service name of each deployed function in its metrics. */
  readonly services: readonly unknown[];
}

/** The dashboard's JSON, with placeholders for values that only AWS knows. */
const bodyOf = (body: { "Fn::Join": [string, unknown[]] }): string =>
  body["Fn::Join"][1].map((part) => (typeof part === "string" ? part : "of-aws")).join("");

const usesIn = (properties: Record<string, never>): MetricUse[] => {
  const metrics = properties.Metrics
    ? (properties.Metrics as { MetricStat?: { Metric: Record<string, never> } }[]).flatMap(
        ({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : []),
      )
    : [properties];
  return metrics.map(({ Namespace, MetricName, Dimensions = [] }) => ({
    namespace: String(Namespace),
    name: String(MetricName),
    dimensions: Object.fromEntries(
      (Dimensions as { Name: string; Value: unknown }[]).map(({ Name, Value }) => [Name, Value]),
    ),
  }));
};

/** A graph's line: namespace, name, dimensions as name and value pairs, and options. */
const metricsIn = (line: unknown[]): MetricUse[] => {
  const [namespace, name, ...rest] = line.filter((part): part is string => typeof part === "string");
  if (namespace === undefined || name === undefined) return [];
  const dimensions: Record<string, string> = {};
  for (let at = 0; at < rest.length; at += 2) dimensions[rest[at] ?? ""] = rest[at + 1] ?? "";
  return [{ namespace, name, dimensions }];
};

/** The alarms, dashboard and queries of a stage, with an alarm address. */
export const synthesizeOps = (
  settings: GivenSettings = { alarmEmail: "ops@example.com" },
): SynthesizedOps => {
  const { templates } = synthesise(settings);
  const template = templates.observability;
  const resources = (type: string) => Object.entries(template.findResources(type));
  const [[, dashboard] = []] = resources("AWS::CloudWatch::Dashboard");
  const { widgets } = JSON.parse(bodyOf(dashboard?.Properties.DashboardBody));
  const lines: unknown[][] = widgets.flatMap(
    ({ properties }: { properties: { metrics?: unknown[][] } }) => properties.metrics ?? [],
  );
  return {
    template,
    descriptions: parts
      .flatMap((part) => Object.values(templates[part].findResources("AWS::CloudWatch::Alarm")))
      .map(({ Properties }) => Properties.AlarmDescription),
    alarms: resources("AWS::CloudWatch::Alarm").map(([id, { Properties }]) => ({
      id: id.replace(/[0-9A-F]{8}$/, ""),
      ...Properties,
      reads: usesIn(Properties),
    })),
    titles: widgets.flatMap(({ properties }: { properties: { title?: string } }) => properties.title ?? []),
    headings: widgets.flatMap(
      ({ properties }: { properties: { markdown?: string } }) => properties.markdown ?? [],
    ),
    drawn: lines.flatMap(metricsIn),
    searches: lines
      .flatMap((line) => line as { expression?: string }[])
      .flatMap(({ expression }) => (expression?.startsWith("SEARCH") ? [expression] : [])),
    queries: resources("AWS::Logs::QueryDefinition").map(([, { Properties }]) => ({
      name: Properties.Name,
      text: Properties.QueryString,
    })),
    services: [templates.messaging, templates.api]
      .flatMap((each) => Object.values(each.findResources("AWS::Lambda::Function")))
      .map(({ Properties }) => Properties.Environment.Variables.POWERTOOLS_SERVICE_NAME),
  };
};
