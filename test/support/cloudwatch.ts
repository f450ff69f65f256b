import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";
import { type Reply, xml } from "./cloudformation.ts";

/** Alarms, their notifications, dashboards and metrics of an account. */
export interface FakeMonitoring {
  alarms: MetricAlarm[];
  /** The metrics of a dashboard's graphs, by its name. */
  readonly dashboards: Record<string, readonly (readonly unknown[])[]>;
  /** Of the topic that all alarms notify: mail addresses, and whether they are confirmed. */
  readonly subscriptions: Record<string, "confirmed" | "pending">;
  /** The values of metrics in the last minutes, by name. */
  readonly metrics: Record<string, number>;
}

const json = (body: object, status = 200): Reply => ({ status, body: JSON.stringify(body) });

/** An alarm that notifies the topic of the stage. */
export const alarmIn = (
  StateValue: NonNullable<MetricAlarm["StateValue"]>,
  AlarmName: string,
  AlarmDescription = "",
): MetricAlarm => ({
  AlarmName,
  StateValue,
  AlarmDescription,
  AlarmActions: ["arn:aws:sns:eu-west-1:123456789012:alarms"],
});

/** CloudWatch's reply. */
export const cloudWatchReply = (
  { alarms, dashboards, metrics }: FakeMonitoring,
  action: string,
  body: string,
): Reply => {
  const { AlarmNamePrefix = "", DashboardName = "", MetricName = "" } = JSON.parse(body);
  switch (action) {
    case "DescribeAlarms":
      return json({
        MetricAlarms: alarms.filter(({ AlarmName = "" }) => AlarmName.startsWith(AlarmNamePrefix)),
      });
    case "GetMetricStatistics": {
      const value = metrics[MetricName];
      return json({ Datapoints: value === undefined ? [] : [{ Sum: value, Maximum: value }] });
    }
    default: {
      const graphs = dashboards[DashboardName];
      if (!graphs) return json({ __type: "ResourceNotFound", message: "no dashboard" }, 404);
      const text = { type: "text", properties: { markdown: "## Health" } };
      return json({
        DashboardBody: JSON.stringify({ widgets: [text, { properties: { metrics: graphs } }] }),
      });
    }
  }
};

/** SNS's reply to ListSubscriptionsByTopic. */
export const subscriptionsReply = ({ subscriptions }: FakeMonitoring): Reply => {
  const members = Object.entries(subscriptions).map(([mail, state]) =>
    xml(
      "member",
      xml("Protocol", "email"),
      xml("Endpoint", mail),
      xml("SubscriptionArn", state === "pending" ? "PendingConfirmation" : `arn:aws:sns:…:alarms:${mail}`),
    ),
  );
  const result = xml("ListSubscriptionsByTopicResult", xml("Subscriptions", ...members));
  return { status: 200, body: xml("ListSubscriptionsByTopicResponse", result) };
};
