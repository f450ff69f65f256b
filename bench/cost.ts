import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { makeApp } from "../lib/app.ts";
import { makeConfig } from "../lib/config.ts";
import { prices } from "../lib/observability/prices.ts";
import { readCounts } from "./calls/counts.ts";
import { type PricedLine, priceTurns, type TurnUsage, totalOf } from "./calls/price-turns.ts";

// Prints the tables of docs/cost.md, from what was counted and the price list; a test says where they differ.

const counts = readCounts();

/** In seconds: of an answer, of a call that does not stream, of a webhook that answers quickly. */
const answerSeconds = 11;
const ingressSeconds = 0.05;
const webhookSeconds = 0.3;

/** In bytes, about: a chunk's call to the IM with its headers, five a second; an answer's events; a question, a webhook. */
const chunkBytes = 900;
const answerBytes = 8_000;
const questionBytes = 3_000;

const ways: Record<string, TurnUsage> = {
  "IM turn": {
    tally: counts.callback.elevenSeconds,
    invocations: 2,
    functionSeconds: ingressSeconds + answerSeconds,
    requests: 1,
    outboundBytes: 5 * answerSeconds * chunkBytes + questionBytes,
  },
  "HTTP turn": {
    tally: counts.http.elevenSeconds,
    invocations: 1,
    functionSeconds: answerSeconds,
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

const priced = Object.entries(ways).map(([name, way]): [string, PricedLine[]] => [name, priceTurns(way)]);
const [, [, first] = ["", []]] = [0, priced[0]];
printRows([
  ["US$ for a million", ...priced.map(([name]) => name)],
  ...first.map(({ item }, index) => [
    item,
    ...priced.map(([, lines]) => {
      const { dollars: amount = 0, amount: of = "" } = lines[index] ?? {};
      return amount === 0 ? "" : `${dollars(amount)} (${of})`;
    }),
  ]),
  ["**all**", ...priced.map(([, lines]) => `**${dollars(totalOf(lines))}**`)],
]);

/** How many metrics the alarms of a stage read: that is what alarms are paid by. */
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

/** Two queues, five pollers each, a call every 20 s: a mapping with a maximum concurrency is polled by no fewer. */
const polls = 2 * 5 * 3 * 60 * 24 * 30.4;

const idle = (production: boolean): [string, number][] => [
  [`alarms, ${alarmMetrics(production)} metrics`, alarmMetrics(production) * prices.alarmMetric],
  ["a dashboard", prices.dashboard],
  ["the key of the tables", prices.key],
  ["the secret", prices.secret],
  [`SQS, ${(polls / 1e6).toFixed(1)} million polls`, polls * prices.sqsRequests],
];
const [dev, prod] = [idle(false), idle(true)];
printRows([
  ["US$ a month, with nobody there", "dev", "prod"],
  ...dev.map(([what, amount], index) => {
    const [whatOfProd = "", amountOfProd = 0] = prod[index] ?? [];
    return [
      what === whatOfProd ? what : `${what}; ${whatOfProd.replace(/^\D+/, "")} in prod`,
      dollars(amount),
      dollars(amountOfProd),
    ];
  }),
  [
    "**all**",
    ...[dev, prod].map((rows) => `**${dollars(rows.reduce((sum, [, amount]) => sum + amount, 0))}**`),
  ],
]);
