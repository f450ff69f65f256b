import { prices } from "../../lib/observability/prices.ts";
import type { Tally } from "./tally.ts";

export interface TurnUsage {
  readonly tally: Tally;
  /** Function invocations per turn. */
  readonly invocations: number;
  /** Total duration of all invocations. */
  readonly functionSeconds: number;
  /** What runs many turns at once, in place of functions. */
  readonly shared?: {
    /** Managed instances: of one, for one turn, when all its environments are full. */
    readonly instanceSeconds?: number;
    /** A web function. */
    readonly cpuSeconds?: number;
    readonly memoryGigabyteSeconds?: number;
    readonly webRequests?: number;
  };
  readonly requests: number;
  /** Outbound traffic to clients, webhooks and Dify. */
  readonly outboundBytes: number;
}

/** Values that cannot be measured locally; docs/cost.md lists them as assumptions. */
export const assumptions = {
  /** In GB. */
  functionMemoryGb: 0.5,
  /** Platform log lines per invocation: start, end and report. */
  platformLogBytes: 700,
  accessLogBytes: 550,
  /** X-Ray's share of sampled invocations under load. */
  tracesPerInvocation: 0.05,
  /** Of an answer, between two heartbeats. */
  answerSeconds: 11,
  /** Turns in one environment that serves many. */
  sharedTurns: 64,
  /** functions/adapters/secrets/app-secrets.ts. */
  secretFreshSeconds: 60,
  /** What TLS (22 bytes), TCP and IP (52 in each of two packets) add to a call to the IM. */
  wireBytes: 126,
  /** Written to the index of stories when a turn begins and when it ends, a KB at most each; dynalite does not count them. */
  indexUnits: 2,
} as const;

export interface PricedLine {
  readonly item: string;
  /** Per million turns. */
  readonly amount: string;
  /** Undefined: the rate is not known. */
  readonly dollars: number | undefined;
}

const million = 1e6;
const writes = new Set(["PutItem", "UpdateItem", "DeleteItem"]);

const unitsOf = ({ dynamodb }: Tally, isWrite: boolean): number =>
  Object.entries(dynamodb).reduce(
    (sum, [operation, { units }]) => sum + (writes.has(operation) === isWrite ? units : 0),
    0,
  );

const callsIn = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, calls) => sum + calls, 0);

/** In millions, to three significant digits. */
const amountOf = (number: number, unit: string): string => {
  const inMillions = number / million;
  return `${Number(inMillions.toPrecision(3))} million ${unit}`;
};

/** The cost of a million turns, item by item, in US dollars. */
export const priceTurns = (usage: TurnUsage): PricedLine[] => {
  const { tally, invocations, functionSeconds, requests, outboundBytes, shared = {} } = usage;
  const { instanceSeconds = 0, cpuSeconds = 0, memoryGigabyteSeconds = 0, webRequests = 0 } = shared;
  const line = (item: string, each: number, unit: string, price: number): PricedLine => ({
    item,
    amount: amountOf(each * million, unit),
    dollars: each * million * price,
  });
  const unpriced = (item: string, each: number, unit: string): PricedLine => ({
    item,
    amount: amountOf(each * million, unit),
    dollars: each === 0 ? 0 : undefined,
  });
  const hours = (item: string, seconds: number, price: number): PricedLine => {
    const amount = (seconds * million) / 3600;
    return { item, amount: `${Number(amount.toPrecision(3))} hours`, dollars: amount * price };
  };
  const gigabytes = (item: string, bytes: number, price: number): PricedLine => {
    const amount = (bytes * million) / 1e9;
    return { item, amount: `${Number(amount.toPrecision(3))} GB`, dollars: amount * price };
  };
  const fifoRequests = callsIn(tally.sqs);
  const standardRequests = callsIn(tally.sqsStandard);
  const imBytes = tally.im.bytes + tally.im.calls * assumptions.wireBytes;
  const logBytes =
    tally.logBytes +
    (invocations + webRequests) * assumptions.platformLogBytes +
    requests * assumptions.accessLogBytes;
  return [
    line(
      "Lambda duration",
      functionSeconds * assumptions.functionMemoryGb,
      "GB s",
      prices.lambdaGigabyteSecond,
    ),
    hours("Managed instances", instanceSeconds, prices.instanceHour * (1 + prices.instanceFee)),
    unpriced("Web function, processor", cpuSeconds, "CPU s"),
    unpriced("Web function, memory", memoryGigabyteSeconds, "GB s"),
    unpriced("Web function, requests", webRequests, "requests"),
    line("Lambda requests", invocations, "calls", prices.lambdaRequests),
    line("API Gateway", requests, "requests", prices.apiRequests),
    line("DynamoDB writes", unitsOf(tally, true) + assumptions.indexUnits, "units", prices.dynamodbWrites),
    line("DynamoDB reads", unitsOf(tally, false), "units", prices.dynamodbReads),
    line("SQS, FIFO queues", fifoRequests, "requests", prices.sqsFifoRequests),
    line("SQS, standard queues", standardRequests, "requests", prices.sqsStandardRequests),
    gigabytes("Logs, including metrics", logBytes, prices.logGigabyte),
    line(
      "Secrets Manager",
      (functionSeconds +
        instanceSeconds +
        (webRequests * assumptions.answerSeconds) / assumptions.sharedTurns) /
        assumptions.secretFreshSeconds,
      "calls",
      prices.secretReads,
    ),
    line("X-Ray", invocations * assumptions.tracesPerInvocation, "traces", prices.traces),
    gigabytes("Data transfer out", outboundBytes + imBytes, prices.outboundGigabyte),
  ];
};

/** Of the lines whose rate is known. */
export const totalOf = (lines: readonly { readonly dollars: number | undefined }[]): number =>
  lines.reduce((sum, { dollars = 0 }) => sum + dollars, 0);
