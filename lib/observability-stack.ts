import { CrossStackReferences, ReferenceStrength, Stack, type StackProps, Validations } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, Dashboard, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { CfnQueryDefinition } from "aws-cdk-lib/aws-logs";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { Construct } from "constructs";
import type { Config } from "./config.ts";
import type { AlarmSpec } from "./observability/alarm-spec.ts";
import { customMetricsOf, serviceOf } from "./observability/custom-metrics.ts";
import { dashboardRows } from "./observability/dashboard-rows.ts";
import { logMetrics } from "./observability/log-metrics.ts";
import { logQueries } from "./observability/log-queries.ts";
import { platformAlarms } from "./observability/platform-alarms.ts";
import { queueAlarms } from "./observability/queue-alarms.ts";
import { notifyOfFailedReleases } from "./observability/release-notifications.ts";
import { turnAlarms } from "./observability/turn-alarms.ts";
import { findWatched, type WatchedStacks } from "./observability/watched.ts";

export interface ObservabilityStackProps extends StackProps {
  readonly config: Config;
  readonly watched: WatchedStacks;
}

/**
 * The topic for alarm notifications, with the configured address as a subscriber; others can subscribe. It has no
 * customer managed key: messages hold a description and a number, no user data, and CloudWatch would need access to the
 * key.
 */
const alarmTopic = (stack: Stack, { stage, alarmEmail }: Config): Topic => {
  const topic = new Topic(stack, "Alarms", { displayName: `Bot Bridge ${stage}`, enforceSSL: true });
  // enforceSSL replaces the default policy that lets CloudWatch publish.
  topic.grantPublish(
    new ServicePrincipal("cloudwatch.amazonaws.com", {
      conditions: { StringEquals: { "aws:SourceAccount": stack.account } },
    }),
  );
  if (alarmEmail !== undefined) {
    const subscription = topic.addSubscription(new EmailSubscription(alarmEmail));
    Validations.of(subscription).acknowledge({
      id: "Serverless-SNSRedrivePolicy",
      reason: "Undelivered emails need no queue: CloudWatch keeps the history of each alarm.",
    });
  }
  return topic;
};

const alarmOf = (
  stack: Stack,
  { id, problem, impact, runbookEntry, metric, threshold, periods }: AlarmSpec,
): Alarm =>
  new Alarm(stack, id, {
    alarmDescription: `${problem}. ${impact}. What to do: docs/runbook.md#${runbookEntry}`,
    metric,
    threshold,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: periods?.evaluated ?? 1,
    datapointsToAlarm: periods?.breaching ?? 1,
    // A stage without traffic is not an alarm.
    treatMissingData: TreatMissingData.NOT_BREACHING,
    ...("statistic" in metric && /^p\d+$/.test(String(metric.statistic))
      ? { evaluateLowSampleCountPercentile: "ignore" }
      : {}),
  });

/** Alarms, the dashboard and saved log queries of a stage. */
export class ObservabilityStack extends Stack {
  constructor(scope: Construct, id: string, { config, watched: stacks, ...props }: ObservabilityStackProps) {
    super(scope, id, props);
    // An alarm must not prevent replacement of the function that it watches.
    CrossStackReferences.of(this).consume(ReferenceStrength.WEAK);

    const { stage } = config;
    const watched = findWatched(stacks);
    for (const { lambda } of [...watched.apiFunctions, ...watched.workers])
      lambda.addEnvironment("POWERTOOLS_SERVICE_NAME", serviceOf(stage));

    const custom = customMetricsOf(stage);
    const fromLogs = logMetrics(this, watched);
    const topic = alarmTopic(this, config);
    notifyOfFailedReleases(this, watched, stage, topic);
    const notify = new SnsAction(topic);
    const specs = [
      ...queueAlarms(watched.queues),
      ...turnAlarms(custom),
      ...platformAlarms(watched, fromLogs),
    ];
    const alarms = specs.map((spec) => {
      const alarm = alarmOf(this, spec);
      alarm.addAlarmAction(notify);
      alarm.addOkAction(notify);
      return alarm;
    });

    const dashboard = new Dashboard(this, "Dashboard", { dashboardName: `bot-bridge-${stage}` });
    for (const row of dashboardRows({ watched, custom, alarms, fromLogs })) dashboard.addWidgets(...row);

    for (const [index, { name, text }] of logQueries.entries()) {
      new CfnQueryDefinition(this, `Query${index + 1}`, {
        // The console shows the part before the slash as a folder.
        name: `bot-bridge-${stage}/${name}`,
        queryString: text,
        logGroupNames: watched.functionLogs.map(({ logGroupName }) => logGroupName),
      });
    }
  }
}
