import { prices } from "../../lib/observability/prices.ts";
import type { Tally } from "./tally.ts";

export interface TurnUsage {
  readonly tally: Tally;
  /** Functions that are called. */
  readonly invocations: number;
  /** Of all of them together. */
  readonly functionSeconds: number;
  readonly requests: number;
  /** Of what leaves AWS, to clients, the IM, webhooks and Dify. */
  readonly outboundBytes: number;
}

/** What nobody can count here: assumed, and said so in docs/cost.md. */
export const assumptions = {
  /** In gigabytes. */
  functionMemory: 0.5,
  /** The platform's own lines of an invocation: its start, its end, its report. */
  platformLogBytes: 700,
  accessLogBytes: 550,
  /** Where calls are many, a trace is taken of so many of them. */
  tracesPerInvocation: 0.05,
  /** functions/adapters/secrets/app-secrets.ts. */
  secretFreshSeconds: 60,
} as const;

export interface PricedLine {
  readonly item: string;
  /** Of a million turns. */
  readonly amount: string;
  readonly dollars: number;
}

const million = 1e6;
const writes = new Set(["PutItem", "UpdateItem", "DeleteItem"]);

const unitsOf = ({ dynamodb }: Tally, isWrite: boolean): number =>
  Object.entries(dynamodb).reduce(
    (sum, [operation, { units }]) => sum + (writes.has(operation) === isWrite ? units : 0),
    0,
  );

/** To three digits, in millions where there are any. */
const amountOf = (number: number, unit: string): string => {
  const inMillions = number / million;
  return `${Number(inMillions.toPrecision(3))} million ${unit}`;
};

/** What a million turns cost, line by line, in US dollars. */
export const priceTurns = (way: TurnUsage): PricedLine[] => {
  const { tally, invocations, functionSeconds, requests, outboundBytes } = way;
  const line = (item: string, each: number, unit: string, price: number): PricedLine => ({
    item,
    amount: amountOf(each * million, unit),
    dollars: each * million * price,
  });
  const gigabytes = (item: string, bytes: number, price: number): PricedLine => {
    const amount = (bytes * million) / 1e9;
    return { item, amount: `${Number(amount.toPrecision(3))} GB`, dollars: amount * price };
  };
  const sqsRequests = Object.values(tally.sqs).reduce((sum, calls) => sum + calls, 0);
  const logBytes =
    tally.logBytes + invocations * assumptions.platformLogBytes + requests * assumptions.accessLogBytes;
  return [
    line("Lambda, time", functionSeconds * assumptions.functionMemory, "GB s", prices.lambdaGigabyteSecond),
    line("Lambda, calls", invocations, "calls", prices.lambdaRequests),
    line("API Gateway", requests, "requests", prices.apiRequests),
    line("DynamoDB, writes", unitsOf(tally, true), "units", prices.dynamodbWrites),
    line("DynamoDB, reads", unitsOf(tally, false), "units", prices.dynamodbReads),
    line("SQS", sqsRequests, "requests", prices.sqsRequests),
    gigabytes("Logs, metrics in them", logBytes, prices.logGigabyte),
    line("Secrets Manager", functionSeconds / assumptions.secretFreshSeconds, "calls", prices.secretReads),
    line("X-Ray", invocations * assumptions.tracesPerInvocation, "traces", prices.traces),
    gigabytes("Data out", outboundBytes, prices.outboundGigabyte),
  ];
};

export const totalOf = (lines: readonly { readonly dollars: number }[]): number =>
  lines.reduce((sum, { dollars }) => sum + dollars, 0);
