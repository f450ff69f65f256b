import { paginateListSubscriptionsByTopic, SNSClient, type Subscription } from "@aws-sdk/client-sns";
import type { ClientConfig } from "../command/bridge.ts";
import { stackNameOf } from "../command/find-stack.ts";
import { readAlarms } from "../command/read-alarms.ts";
import { type Finding, type Findings, note, ok, problem } from "./check.ts";
import { failedCheck } from "./failed-check.ts";

/** The stacks that have alarms. Those of releases are next to their functions. */
const parts = ["messaging", "api", "observability"] as const;

const readSubscriptions = async (TopicArn: string, aws: ClientConfig): Promise<Subscription[]> => {
  const client = new SNSClient(aws);
  try {
    const subscriptions: Subscription[] = [];
    for await (const { Subscriptions = [] } of paginateListSubscriptionsByTopic({ client }, { TopicArn }))
      subscriptions.push(...Subscriptions);
    return subscriptions;
  } finally {
    client.destroy();
  }
};

/** Whether somebody receives what the topic publishes. */
const checkTopic = async (topic: string, aws: ClientConfig): Promise<Finding | undefined> => {
  const subscriptions = await readSubscriptions(topic, aws);
  if (subscriptions.length === 0)
    return note("nobody is notified: set alarmEmail (docs/deploy.md#4-check-and-watch-the-stage)");
  const pending = subscriptions.filter(({ SubscriptionArn }) => SubscriptionArn === "PendingConfirmation");
  if (pending.length === 0) return undefined;
  const addresses = pending.map(({ Endpoint }) => Endpoint).join(", ");
  return note(`not sent to ${addresses} until the link in AWS's subscription mail is opened`);
};

/** Checks that no alarm of the stage is on, and that somebody would be notified. */
export const checkAlarms = async (stage: string, aws: ClientConfig): Promise<Findings> => {
  const read = parts.map((part) => readAlarms(stackNameOf(stage, `${part}-`), aws));
  const alarms = (await Promise.all(read)).flat();
  if (alarms.length === 0) return problem("there are none", `npm run deploy -- --stage ${stage}`);
  const topics = new Set(alarms.flatMap(({ AlarmActions = [] }) => AlarmActions));
  const notified = await Promise.all([...topics].map((topic) => checkTopic(topic, aws).catch(failedCheck)));
  const findings = [
    ...alarms
      .filter(({ StateValue }) => StateValue === "ALARM")
      // The description ends with the entry of the runbook.
      .map(({ AlarmName = "", AlarmDescription = "" }) => {
        const [what = "", entry = "docs/runbook.md"] = AlarmDescription.split(". What to do: ");
        return problem(
          `${AlarmName.slice(stackNameOf(stage, "").length)} is in ALARM: ${what}`,
          `see ${entry}`,
        );
      }),
    ...notified.filter((finding) => finding !== undefined),
  ];
  return findings.length > 0 ? findings : ok(`${alarms.length}, none in ALARM`);
};
