import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { makeApp } from "../lib/app.ts";
import { makeConfig } from "../lib/config.ts";
import { prices } from "../lib/observability/prices.ts";
import { readCounts } from "./calls/counts.ts";
import { assumptions, type PricedLine, priceTurns, type TurnUsage, totalOf } from "./calls/price-turns.ts";

// Prints the tables of docs/cost.md from the measured counts and the price list. A test compares them.

const counts = readCounts();

/** Durations of an answer, a non-streaming call, and a fast webhook response, in seconds. */
const { answerSeconds } = assumptions;
const ingressSeconds = 0.05;
const starterSeconds = 0.05;
const webhookSeconds = 0.3;

/** Approximate sizes in bytes: an answer's events, a question or webhook. */
const answerBytes = 8_000;
const questionBytes = 3_000;

/** Of an answer over HTTP, among many in one process, measured on the test machine (docs/cost.md). */
const webCpuSeconds = 0.07;
const webMemoryGigabytes = 0.003;

const usages: Record<string, TurnUsage> = {
  "IM turn": {
    tally: counts.callback.elevenSeconds,
    invocations: 3,
    functionSeconds: ingressSeconds + starterSeconds + answerSeconds,
    requests: 1,
    outboundBytes: questionBytes,
  },
  "IM turn, managed": {
    tally: counts.callback.elevenSeconds,
    invocations: 3,
    functionSeconds: ingressSeconds + starterSeconds,
    shared: { instanceSeconds: answerSeconds / assumptions.sharedTurns },
    requests: 1,
    outboundBytes: questionBytes,
  },
  "HTTP turn": {
    tally: counts.http.elevenSeconds,
    invocations: 1,
    functionSeconds: answerSeconds,
    requests: 1,
    outboundBytes: answerBytes + questionBytes,
  },
  "HTTP turn, web": {
    tally: counts.http.elevenSeconds,
    invocations: 0,
    functionSeconds: 0,
    shared: {
      cpuSeconds: webCpuSeconds,
      memoryGigabyteSeconds: webMemoryGigabytes * answerSeconds,
      webRequests: 1,
    },
    requests: 1,
    outboundBytes: answerBytes + questionBytes,
  },
  "HTTP turn with a key": {
    tally: counts.httpWithKey.elevenSeconds,
    invocations: 1,
    functionSeconds: answerSeconds,
    requests: 1,
    outboundBytes: answerBytes + questionBytes,
  },
  "webhook event": {
    tally: counts.webhook.atOnce,
    invocations: 2,
    functionSeconds: ingressSeconds + webhookSeconds,
    requests: 1,
    outboundBytes: questionBytes,
  },
};

const dollars = (amount: number): string => amount.toFixed(2);

const printRows = (rows: readonly (readonly string[])[]): void => {
  for (const [index, row] of rows.entries()) {
    console.log(`| ${row.join(" | ")} |`);
    if (index === 0) console.log(`|${"---|".repeat(row.length)}`);
  }
  console.log();
};

const priced = Object.entries(usages).map(([name, usage]): [string, PricedLine[]] => [
  name,
  priceTurns(usage),
]);
const [, [, first] = ["", []]] = [0, priced[0]];
printRows([
  ["US$ per million", ...priced.map(([name]) => name)],
  ...first.map(({ item }, index) => [
    item,
    ...priced.map(([, lines]) => {
      const { dollars: amount, amount: of } = lines[index] ?? { dollars: 0, amount: "" };
      if (amount === undefined) return `rate not known (${of})`;
      return amount === 0 ? "" : `${dollars(amount)} (${of})`;
    }),
  ]),
  [
    "**total**",
    ...priced.map(([, lines]) =>
      lines.some(({ dollars: amount }) => amount === undefined)
        ? `**${dollars(totalOf(lines))} and the web function**`
        : `**${dollars(totalOf(lines))}**`,
    ),
  ],
]);

/** Number of metrics that a stage's alarms read, which is what alarms are billed by. */
const alarmMetrics = (production: boolean): number => {
  const outdir = mkdtempSync(join(tmpdir(), "bot-bridge-cost-"));
  try {
    const config = makeConfig({ stage: "cost", production });
    const app = makeApp(config, { outdir, builtinCloudFormationValidation: false });
    return app.node.children
      .filter((each) => Stack.isStack(each))
      .flatMap((stack) => Object.values(Template.fromStack(stack).findResources("AWS::CloudWatch::Alarm")))
      .reduce((sum, { Properties }) => {
        const metrics: { MetricStat?: unknown }[] = Properties.Metrics ?? [{ MetricStat: true }];
        return sum + metrics.filter(({ MetricStat }) => MetricStat).length;
      }, 0);
  } finally {
    rmSync(outdir, { recursive: true });
  }
};

/**
 * Polls per month: four queues with five pollers each, one call every 20 s. Mappings with a maximum concurrency have at
 * least five pollers.
 */
const polls = 4 * 5 * 3 * 60 * 24 * 30.4;
/** Two of the queues are FIFO. */
const pollPrice = (prices.sqsFifoRequests + prices.sqsStandardRequests) / 2;

const idle = (production: boolean): [string, number][] => {
  const metrics = alarmMetrics(production);
  return [
    [`alarms, ${metrics} metrics`, metrics * prices.alarmMetric],
    ["dashboard", prices.dashboard],
    ["data key", prices.key],
    ["secret", prices.secret],
    [`SQS, ${(polls / 1e6).toFixed(1)} million polls`, polls * pollPrice],
  ];
};
const [dev, prod] = [idle(false), idle(true)];
printRows([
  ["US$ per month, idle", "dev", "prod"],
  ...dev.map(([item, amount], index) => {
    const [prodItem = "", prodAmount = 0] = prod[index] ?? [];
    return [
      item === prodItem ? item : `${item}; ${prodItem.replace(/^\D+/, "")} in prod`,
      dollars(amount),
      dollars(prodAmount),
    ];
  }),
  [
    "**total**",
    ...[dev, prod].map((rows) => `**${dollars(rows.reduce((sum, [, amount]) => sum + amount, 0))}**`),
  ],
]);
