import type { SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parseTurnJob } from "../../functions/adapters/sqs/turn-job-message.ts";
import { makeTurnQueue } from "../../functions/adapters/sqs/turn-queue.ts";
import type { TurnJob } from "../../functions/core/turn.ts";
import { startQueue, type TestQueue } from "../support/sqs.ts";
import { messageEvent } from "../support/turns.ts";

let queue: TestQueue;
beforeAll(async () => {
  queue = await startQueue();
});
afterAll(() => queue.close());

const job = (fromUserId: string, msgUID: string, content = "hello"): TurnJob => ({
  appKey: "app-one",
  botUserId: "bot-helpdesk",
  integrationType: "dify_chat",
  event: messageEvent({ fromUserId, msgUID, content: JSON.stringify({ content }) }),
  acceptedAt: 1_767_225_600_500,
});

const received = async (count: number): Promise<TurnJob[]> =>
  (await queue.receive(count)).map(({ Body = "" }) => parseTurnJob(Body));
const uidsOf = (jobs: readonly TurnJob[]): string[] => jobs.map(({ event }) => event.data.msgUID);

describe("turn jobs", () => {
  test("come as they were sent, in any script", async () => {
    const sent = job("u-script", "s-1", "你好 😀 \u0000 \"'<>");
    await makeTurnQueue(queue).send([sent]);
    expect(await received(1)).toMatchObject([sent]);
  });

  test("of one conversation come in the order they were sent in, more than a batch holds too", async () => {
    const uids = Array.from({ length: 25 }, (_, at) => `o-${at}`);
    await makeTurnQueue(queue).send(uids.slice(0, 23).map((uid) => job("u-order", uid)));
    await makeTurnQueue(queue).send(uids.slice(23).map((uid) => job("u-order", uid)));
    expect(uidsOf(await received(uids.length))).toEqual(uids);
  });

  test("of many conversations all come, each in a group of its own", async () => {
    const uids = Array.from({ length: 25 }, (_, at) => `m-${at}`);
    await makeTurnQueue(queue).send(uids.map((uid) => job(`u-of-${uid}`, uid)));
    const messages = await queue.receive(25);
    expect(uidsOf(messages.map(({ Body = "" }) => parseTurnJob(Body))).sort()).toEqual([...uids].sort());
    expect(new Set(messages.map(({ Attributes }) => Attributes?.MessageGroupId)).size).toBe(25);
  });

  test("sent twice come once", async () => {
    await makeTurnQueue(queue).send([job("u-twice", "t-1"), job("u-twice", "t-1")]);
    await makeTurnQueue(queue).send([job("u-twice", "t-1")]);
    expect(uidsOf(await received(1))).toEqual(["t-1"]);
    expect(await queue.receiveNow()).toEqual([]);
  });

  test("that are large together are sent in more batches than one", async () => {
    const large = "x".repeat(120 * 1024);
    const uids = ["l-1", "l-2", "l-3", "l-4", "l-5"];
    await makeTurnQueue(queue).send(uids.map((uid) => job(`u-of-${uid}`, uid, large)));
    const jobs = await received(5);
    expect(uidsOf(jobs).sort()).toEqual(uids);
    expect(jobs.every(({ event }) => event.data.content.length > 120 * 1024)).toBe(true);
  });

  test("are taken with every character that a message may hold", async () => {
    const sent = job("u-last", "c-1", "\uFFFE\uFFFF");
    await makeTurnQueue(queue).send([sent]);
    expect(await received(1)).toMatchObject([sent]);
  });
});

describe("a queue that does not take a job", () => {
  test("is an error that may be tried again, and says nothing of the job", async () => {
    // SQS refuses single entries only when it itself fails: the reply has to be forced.
    const failing = {
      send: async ({ input }: SendMessageBatchCommand) => ({
        Failed: [{ Id: input.Entries?.[0]?.Id, Code: "InternalError", SenderFault: false }],
      }),
    } as unknown as SQSClient;
    const sent = makeTurnQueue({ client: failing, queueUrl: queue.queueUrl }).send([
      job("u7", "f-1", "private words"),
    ]);
    await expect(sent).rejects.toMatchObject({
      name: "BridgeError",
      retryable: true,
      message: expect.not.stringContaining("private words"),
    });
  });

  test("that is not there is an error, too", async () => {
    const queueUrl = `${queue.queueUrl.slice(0, -".fifo".length)}-gone.fifo`;
    await expect(makeTurnQueue({ ...queue, queueUrl }).send([job("u7", "g-1")])).rejects.toThrow();
  });
});
