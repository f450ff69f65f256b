import { setTimeout as delay } from "node:timers/promises";
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { Clock } from "#core/shared/clock.ts";
import { type RunningMapping, startMapping } from "../../../../local/aws/event-source-mapping.ts";
import type { Invoke, Outcome } from "../../../../local/aws/lambda/outcome.ts";
import { localClient } from "../../../../local/aws/local-client.ts";
import { type Sqs, startSqs } from "../../../../local/aws/sqs.ts";
import type { Queue } from "../../../../local/aws/template/queues.ts";
import { closeAfterAll } from "../../../support/close-after.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { until } from "./text-log.ts";

const queue = (
  name: string,
  attributes: Record<string, string>,
  redrive: Queue["redrive"] = undefined,
): Queue => ({
  name,
  arn: `arn:aws:sqs:us-east-1:000000000000:${name}`,
  urlOnAws: "",
  attributes,
  redrive,
});

const fifo = { FifoQueue: "true", ContentBasedDeduplication: "true", VisibilityTimeout: "1" };
const names = ["answers", "order", "groups", "poison", "events", "slow"];
const dead = queue("dead.fifo", { FifoQueue: "true" });

let sqs: Sqs;
let client: SQSClient;
const mappings: RunningMapping[] = [];

beforeAll(async () => {
  const queues = names.map((name) => {
    if (name === "poison") {
      return queue("poison.fifo", fifo, { deadLetterArn: dead.arn, maxReceiveCount: 2 });
    }
    // Longer than a busy machine needs for one: no message may return while it is being handled.
    return queue(`${name}.fifo`, name === "groups" ? { ...fifo, VisibilityTimeout: "60" } : fifo);
  });
  const plain = queue("plain", { VisibilityTimeout: "1" });
  sqs = closeAfterAll(
    await startSqs({ queues: [...queues, plain, dead], endpoint: undefined, dataDir: undefined }),
  );
  client = new SQSClient(localClient(sqs.endpoint));
  closeAfterAll({ close: () => client.destroy() });
});
afterEach(async () => {
  await Promise.all(mappings.splice(0).map((mapping) => mapping.stop()));
});

const urlOf = (name: string) => sqs.queueUrls.get(name) ?? "";

const send = (name: string, body: string, group?: string) =>
  client.send(
    new SendMessageCommand({
      QueueUrl: urlOf(name),
      MessageBody: body,
      ...(group !== undefined && { MessageGroupId: group }),
    }),
  );

const countOf = async (name: string): Promise<number> => {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: urlOf(name), AttributeNames: ["All"] }),
  );
  return (
    Number(Attributes?.ApproximateNumberOfMessages) +
    Number(Attributes?.ApproximateNumberOfMessagesNotVisible)
  );
};

interface SqsEvent {
  readonly Records: readonly {
    messageId: string;
    body: string;
    attributes: Record<string, string>;
    [other: string]: unknown;
  }[];
}

type Handle = (event: SqsEvent) => unknown;

interface Limits {
  readonly batchSize?: number;
  readonly concurrency?: number;
  readonly clock?: Clock;
}

const map = (name: string, handle: Handle, { batchSize = 1, concurrency = 10, clock }: Limits = {}) => {
  const invoke: Invoke = async (event) => {
    const answer: unknown = await handle(JSON.parse(JSON.stringify(event)));
    return isOutcome(answer) ? answer : { kind: "value", payload: JSON.stringify(answer ?? null) };
  };
  const mapping = {
    functionName: "Worker",
    queueArn: `arn:aws:sqs:us-east-1:000000000000:${name}`,
    batchSize,
    maximumConcurrency: concurrency,
    reportsBatchItemFailures: true,
  };
  const onError = (error: unknown) => {
    throw error;
  };
  const running = startMapping({
    mapping,
    queueUrl: urlOf(name),
    client,
    invoke,
    onError,
    ...(clock && { clock }),
  });
  mappings.push(running);
  return running;
};

const isOutcome = (answer: unknown): answer is Outcome =>
  typeof answer === "object" && answer !== null && "kind" in answer;

describe("an event source mapping", () => {
  test("delivers a real SQS event and deletes what succeeded", async () => {
    const events: SqsEvent[] = [];
    map("events.fifo", (event) => {
      events.push(event);
    });
    await send("events.fifo", "你好 😀", "group");
    await until(() => events.length === 1);
    await until(async () => (await countOf("events.fifo")) === 0);
    expect(events[0]).toEqual({
      Records: [
        {
          messageId: expect.any(String),
          receiptHandle: expect.any(String),
          body: "你好 😀",
          attributes: expect.objectContaining({
            ApproximateReceiveCount: "1",
            SentTimestamp: expect.stringMatching(/^\d{13}$/),
            MessageGroupId: "group",
            MessageDeduplicationId: expect.any(String),
            SequenceNumber: expect.stringMatching(/^\d{20}$/),
          }),
          messageAttributes: {},
          md5OfBody: expect.any(String),
          eventSource: "aws:sqs",
          eventSourceARN: "arn:aws:sqs:us-east-1:000000000000:events.fifo",
          awsRegion: "us-east-1",
        },
      ],
    });
  });

  test("leaves the reported items, which are delivered again, and deletes the rest", async () => {
    for (const body of ["a", "b", "c"]) await send("plain", body);
    const seen: string[][] = [];
    map(
      "plain",
      (event) => {
        seen.push(
          event.Records.map(({ body, attributes }) => `${body}${attributes.ApproximateReceiveCount}`),
        );
        const failed = event.Records.filter(
          ({ body, attributes }) => body === "b" && attributes.ApproximateReceiveCount === "1",
        );
        return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
      },
      { batchSize: 10 },
    );
    await until(async () => (await countOf("plain")) === 0);
    expect(seen).toEqual([["a1", "b1", "c1"], ["b2"]]);
  });

  test("keeps a group's order, even after a failure, and does not delay other groups", async () => {
    for (const body of ["1", "2", "3"]) await send("order.fifo", body, "one");
    await send("order.fifo", "other", "two");
    const seen: string[] = [];
    map("order.fifo", ({ Records: [record] }) => {
      seen.push(record?.body ?? "");
      const fails = record?.body === "1" && record.attributes.ApproximateReceiveCount === "1";
      return fails ? { batchItemFailures: [{ itemIdentifier: record.messageId }] } : undefined;
    });
    await until(async () => (await countOf("order.fifo")) === 0);
    expect(seen).toEqual(["1", "other", "1", "2", "3"]);
  });

  test("runs as many at once as it may, one per group", async () => {
    for (let index = 0; index < 6; index++) await send("groups.fifo", `m${index}`, `g${index % 3}`);
    let [running, most] = [0, 0];
    const groups = new Set<string | undefined>();
    let twice = false;
    const gate = Promise.withResolvers<void>();
    map(
      "groups.fifo",
      async ({ Records: [record] }) => {
        const group = record?.attributes.MessageGroupId;
        if (groups.has(group)) twice = true;
        groups.add(group);
        most = Math.max(most, ++running);
        await gate.promise;
        running--;
        groups.delete(group);
      },
      { concurrency: 2 },
    );
    await until(() => running === 2);
    // Time for a third, if one were to come.
    await delay(60);
    gate.resolve();
    await until(async () => (await countOf("groups.fifo")) === 0);
    expect(most).toBe(2);
    expect(twice).toBe(false);
  });

  test("leaves what keeps failing to the queue's redrive policy", async () => {
    await send("poison.fifo", "poison", "group");
    let tries = 0;
    map("poison.fifo", () => {
      tries++;
      return { kind: "error", error: { errorType: "Error", errorMessage: "broken" } } satisfies Outcome;
    });
    await until(async () => (await countOf("dead.fifo")) === 1);
    expect(tries).toBe(2);
    const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl: urlOf("dead.fifo") }));
    expect(Messages?.map(({ Body }) => Body)).toEqual(["poison"]);
  });

  test("leaves nothing behind that receives the next message", async () => {
    const stopped = map("answers.fifo", () => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await stopped.stop();
    const counts: (string | undefined)[] = [];
    map("answers.fifo", ({ Records: [record] }) => {
      counts.push(record?.attributes.ApproximateReceiveCount);
    });
    await send("answers.fifo", "next", "group");
    await until(() => counts.length > 0);
    expect(counts).toEqual(["1"]);
  });

  test("stops at once when idle, and after a moment when something is running", async () => {
    const clock = makeTestClock();
    const idle = map("slow.fifo", () => undefined, { clock });
    await idle.stop();

    let started = false;
    const busy = map(
      "slow.fifo",
      () => {
        started = true;
        return new Promise(() => {});
      },
      { clock },
    );
    await send("slow.fifo", "slow", "group");
    await until(() => started);
    let hasStopped = false;
    const stopping = busy.stop().then(() => {
      hasStopped = true;
    });
    await clock.advance(999);
    expect(hasStopped).toBe(false);
    await clock.advance(1);
    await stopping;
    mappings.length = 0;
  });
});
