import type { Dimension } from "@aws-sdk/client-cloudwatch";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { checkAlarms } from "../../../../scripts/deploy/dead-alarms.ts";
import { type FakeAws, startAws } from "../../../support/aws.ts";
import { closeAfterEach } from "../../../support/close-after.ts";

const about = "bot-bridge-prod-api-AboutFunction1A-x1";
const chat = "bot-bridge-prod-api-ChatStreamFunction2B-x2";
const turns = "bot-bridge-prod-messaging-TurnsJobs3C-x3.fifo";
const bots = "bot-bridge-prod-data-Bots4D-x4";
const logs = "bot-bridge-prod-api-AboutLogs5E-x5";

const watching = (...dimensions: Dimension[]) => ({
  MetricStat: { Metric: { Dimensions: dimensions }, Period: 300, Stat: "Sum" },
});
const alarmName = (id: string): string => `bot-bridge-prod-observability-${id}`;

let aws: FakeAws;
beforeEach(async () => {
  aws = closeAfterEach(
    await startAws({
      stacks: {
        "bot-bridge-prod-data": { resources: [bots] },
        "bot-bridge-prod-messaging": {
          resources: [`https://sqs.eu-west-1.amazonaws.com/123456789012/${turns}`],
        },
        "bot-bridge-prod-api": { resources: ["abc123", about, chat, logs] },
      },
      alarms: [
        {
          AlarmName: alarmName("ApiFunctionErrors"),
          Metrics: [
            { Id: "sum", Expression: "f0+f1" },
            { Id: "f0", ...watching({ Name: "FunctionName", Value: about }) },
            { Id: "f1", ...watching({ Name: "FunctionName", Value: chat }) },
          ],
        },
        { AlarmName: alarmName("TurnsWaiting"), Dimensions: [{ Name: "QueueName", Value: turns }] },
        { AlarmName: alarmName("ApiErrors"), Dimensions: [{ Name: "ApiName", Value: "bot-bridge-prod" }] },
        { AlarmName: "of-another-team", Dimensions: [{ Name: "FunctionName", Value: "gone" }] },
      ],
      dashboards: {
        "bot-bridge-prod": [
          ["AWS/Lambda", "Duration", "FunctionName", about, { stat: "p99" }],
          ["AWS/DynamoDB", "ReadThrottleEvents", "TableName", bots, { label: "bots" }],
          ["AWS/Logs", "IncomingBytes", "LogGroupName", logs],
          [{ expression: "FILL(f0,0)", label: "cost" }],
        ],
      },
    }),
  );
});

const check = async () => {
  const lines: string[] = [];
  const outcome = await checkAlarms("prod", (line) => lines.push(line), aws.config).catch(
    ({ message }: Error) => message,
  );
  return { outcome, lines };
};

const repair =
  "create the alarms again: npx cdk destroy bot-bridge-prod-observability -c stage=prod, then npm run deploy -- --all -c stage=prod. Subscribers of the alarms must confirm again";

describe("after a deployment, alarms", () => {
  test("that watch what is deployed pass", async () => {
    expect(await check()).toEqual({ outcome: "all watch resources that exist", lines: [] });
  });

  test("that watch functions of a stack that was created again are named, with what to do", async () => {
    aws.account.stacks["bot-bridge-prod-api"] = { resources: [`${about}-again`, chat, logs] };
    expect(await check()).toEqual({
      outcome: repair,
      lines: [
        `  alarm ${alarmName("ApiFunctionErrors")} watches what does not exist: ${about}`,
        `  dashboard bot-bridge-prod watches what does not exist: ${about}`,
      ],
    });
  });

  test("are named with the dashboard if stacks are gone, its tables and logs included", async () => {
    for (const part of ["data", "messaging", "api"]) delete aws.account.stacks[`bot-bridge-prod-${part}`];
    const { lines } = await check();
    expect(lines).toEqual([
      `  alarm ${alarmName("ApiFunctionErrors")} watches what does not exist: ${about}, ${chat}`,
      `  alarm ${alarmName("TurnsWaiting")} watches what does not exist: ${turns}`,
      `  dashboard bot-bridge-prod watches what does not exist: ${about}, ${bots}, ${logs}`,
    ]);
  });

  test("that a stage does not have are not missed", async () => {
    aws.account.alarms.length = 0;
    delete aws.account.dashboards["bot-bridge-prod"];
    expect(await check()).toEqual({ outcome: "the stage has none", lines: [] });
  });

  test.each(["DescribeAlarms", "GetDashboard", "ListStackResources"])(
    "are not checked if the caller may not call %s, and that is said",
    async (action) => {
      aws.account.denied.add(action);
      expect(await check()).toEqual({ outcome: "not checked: not authorized", lines: [] });
    },
  );
});
