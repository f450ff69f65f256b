import { setTimeout as delay } from "node:timers/promises";
import * as v from "valibot";
import { startDynamoDb } from "../../local/aws/dynamodb.ts";
import { startSqs } from "../../local/aws/sqs.ts";
import { type HttpServer, readBody, startHttpServer } from "../../local/http-server.ts";
import type { TimedCall } from "./stages.ts";
import type { Tallier } from "./tally.ts";
import { makeUpstream } from "./upstream.ts";

export interface CountedAws {
  readonly dynamodbEndpoint: string;
  readonly sqsEndpoint: string;
  /** Makes each call take this much longer, in milliseconds, from now on. */
  readonly slowDown: (ms: number) => void;
  /** Returns the calls since the last time, without polls. */
  readonly takeCalls: () => readonly TimedCall[];
  readonly close: () => Promise<void>;
}

const capacity = v.object({ CapacityUnits: v.number() });
const reply = v.object({ ConsumedCapacity: v.optional(v.union([capacity, v.array(capacity)])) });
/** A call that creates or finds a queue has none. */
const call = v.object({ QueueUrl: v.optional(v.string(), "") });
const received = v.object({ Messages: v.optional(v.array(v.unknown()), []) });

const operationOf = (target: unknown): string => String(target).replace(/^.*\./, "");

/** Failed conditional writes also consume capacity: one unit for the small records here. */
const unitsIn = (status: number, body: string): number => {
  if (status !== 200) return 1;
  const { ConsumedCapacity = [] } = v.parse(reply, JSON.parse(body));
  return [ConsumedCapacity].flat().reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);
};

const proxyTo = async (
  endpoint: string,
  transform: (body: string, operation: string) => string,
  count: (operation: string, status: number, answer: string, sent: string) => void,
  begin: (operation: string) => Promise<void>,
): Promise<HttpServer> => {
  const upstream = makeUpstream(endpoint);
  const server = await startHttpServer(0, async (request, response) => {
    const operation = operationOf(request.headers["x-amz-target"]);
    const body = (await readBody(request)).toString("utf8");
    await begin(operation);
    const answer = await upstream.post(request.headers, transform(body, operation));
    count(operation, answer.statusCode, answer.body.toString(), body);
    response.writeHead(answer.statusCode, answer.headers).end(answer.body);
  });
  return {
    url: server.url,
    close: async () => {
      await server.close();
      upstream.close();
    },
  };
};

const freeOperations = new Set(["CreateTable", "DescribeTable"]);

/**
 * Starts dynalite and fauxqs, each behind a proxy that counts its calls. dynalite itself reports the consumed capacity.
 */
export const startCountedAws = async (tallier: Tallier): Promise<CountedAws> => {
  const dynamodb = await startDynamoDb({ tables: [], endpoint: undefined, dataDir: undefined });
  const sqs = await startSqs({ queues: [], endpoint: undefined, dataDir: undefined });
  let slowMs = 0;
  let calls: TimedCall[] = [];
  /** Before a call has an effect, so that whatever follows from it, such as a message in a queue, comes later. */
  const begin = async (operation: string): Promise<void> => {
    // A poll is not part of a turn, and ends whenever there is a message.
    if (operation === "ReceiveMessage") return;
    const startedAt = performance.now();
    if (slowMs > 0) await delay(slowMs);
    calls.push({ startedAt, endedAt: performance.now() });
  };
  const tables = await proxyTo(
    dynamodb.endpoint,
    (body, operation) =>
      freeOperations.has(operation)
        ? body
        : JSON.stringify({ ...JSON.parse(body), ReturnConsumedCapacity: "TOTAL" }),
    (operation, status, body) => {
      if (!freeOperations.has(operation)) tallier.dynamodb(operation, unitsIn(status, body));
    },
    begin,
  );
  const queues = await proxyTo(
    sqs.endpoint,
    (body) => body,
    (operation, _status, answer, sent) => {
      if (operation === "ReceiveMessage" && v.parse(received, JSON.parse(answer)).Messages.length === 0)
        return;
      tallier.sqs(operation, v.parse(call, JSON.parse(sent)).QueueUrl.endsWith(".fifo"));
    },
    begin,
  );
  return {
    dynamodbEndpoint: tables.url,
    sqsEndpoint: queues.url,
    slowDown: (ms) => {
      slowMs = ms;
    },
    takeCalls: () => {
      const taken = calls;
      calls = [];
      return taken;
    },
    close: async () => {
      for (const each of [tables, queues, dynamodb, sqs]) await each.close();
    },
  };
};
