import { type Reply, xml } from "./cloudformation.ts";

export interface FakeAlarm {
  readonly name: string;
  readonly state: "OK" | "ALARM" | "INSUFFICIENT_DATA";
  readonly description: string;
}

/** Alarms, their notifications and metrics of an account. */
export interface FakeMonitoring {
  alarms: readonly FakeAlarm[];
  /** Of the topic that all alarms notify: mail addresses, and whether they are confirmed. */
  readonly subscriptions: Record<string, "confirmed" | "pending">;
  /** The values of metrics in the last minutes, by name. */
  readonly metrics: Record<string, number>;
}

const json = (body: object): Reply => ({ status: 200, body: JSON.stringify(body) });

export const alarmsReply = (
  { alarms }: FakeMonitoring,
  { AlarmNamePrefix }: { AlarmNamePrefix: string },
): Reply =>
  json({
    MetricAlarms: alarms
      .filter(({ name }) => name.startsWith(AlarmNamePrefix))
      .map(({ name, state, description }) => ({
        AlarmName: name,
        StateValue: state,
        AlarmDescription: description,
        AlarmActions: ["arn:aws:sns:eu-west-1:123456789012:alarms"],
      })),
  });

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

export const metricReply = ({ metrics }: FakeMonitoring, { MetricName }: { MetricName: string }): Reply => {
  const value = metrics[MetricName];
  return json({ Datapoints: value === undefined ? [] : [{ Sum: value, Maximum: value }] });
};
