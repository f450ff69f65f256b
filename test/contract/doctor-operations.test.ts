import { describe } from "@jest/globals";
import { alarmIn } from "../support/cloudwatch.ts";
import { webhookJob } from "./redrive.ts";
import { testFaults } from "./stage-faults.ts";

describe("npm run doctor -- --stage dev, for queues, alarms and callbacks", () => {
  testFaults([
    [
      "jobs wait for too long",
      ({ aws }) => {
        aws.account.metrics.ApproximateAgeOfOldestMessage = 1_201;
      },
      [
        "problem  queues        turns: 0 waiting, 0 in progress, the oldest 1201 s old. To do: see docs/runbook.md#jobs-wait",
        "problem  queues        webhooks: 0 waiting, 0 in progress, the oldest 1201 s old",
      ],
    ],
    [
      "jobs were given up",
      ({ queues }) => queues.giveUp(webhookJob("m-1")),
      [
        "problem  dead letters  1 of turns, 1 of webhooks. To do: npm run redrive -- --stage dev lists them with their reasons (docs/runbook.md#dead-letters)",
      ],
    ],
    [
      "an alarm is on",
      ({ aws }) => {
        const description = "Functions fail. Callers get errors. What to do: docs/runbook.md#functions-fail";
        aws.account.alarms = [
          alarmIn("ALARM", "bot-bridge-dev-observability-FunctionsFail1-2", description),
          alarmIn("ALARM", "bot-bridge-dev-api-NewVersionErrors1-2", "Of no known form"),
        ];
      },
      [
        "problem  alarms        api-NewVersionErrors1-2 is in ALARM: Of no known form. To do: see docs/runbook.md",
        "problem  alarms        observability-FunctionsFail1-2 is in ALARM: Functions fail. Callers get errors. To do: see docs/runbook.md#functions-fail",
      ],
    ],
    [
      "the caller may not ask who is notified of an alarm that is on",
      ({ aws }) => {
        aws.account.alarms = [alarmIn("ALARM", "bot-bridge-dev-observability-Any1-2", "Any")];
        aws.account.denied.add("ListSubscriptionsByTopic");
      },
      [
        "problem  alarms        observability-Any1-2 is in ALARM: Any. To do: see docs/runbook.md",
        "note     alarms        not checked: not authorized",
      ],
    ],
    [
      "the alarms' mail address is not confirmed",
      ({ aws }) => {
        aws.account.subscriptions["ops@example.com"] = "pending";
      },
      [
        "note     alarms        not sent to ops@example.com until the link in AWS's subscription mail is opened",
      ],
    ],
    [
      "nobody receives alarms",
      ({ aws }) => {
        delete aws.account.subscriptions["ops@example.com"];
      },
      ["note     alarms        nobody is notified: set alarmEmail"],
    ],
    [
      "RongCloud does not call",
      ({ aws }) => {
        delete aws.account.metrics.Invocations;
      },
      [
        "note     callbacks     none in the last hour. If users have written, check in RongCloud's console that the full message route is on",
      ],
    ],
  ]);
});
