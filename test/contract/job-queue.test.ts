import type { SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { parseTurnJob, parseWebhookJob } from "#adapters/sqs/job-message.ts";
import { makeJobQueue } from "#adapters/sqs/job-queue.ts";
import type { TurnJob, WebhookJob } from "#core/jobs/job.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { startQueue, type TestQueue } from "../support/sqs.ts";
import { messageEvent } from "../support/turns.ts";

let queue: TestQueue;
beforeAll(async () => {
  queue = closeAfterAll(await startQueue());
});

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

const webhookJob = (fromUserId: string, msgUID: string): WebhookJob => ({
  ...job(fromUserId, msgUID),
  integrationType: "webhook",
});

describe("jobs", () => {
  test("arrive as they were sent, in any script", async () => {
    const sent = job("u-script", "s-1", "你好 😀 \u0000 \"'<>");
    await makeJobQueue(queue).send([sent]);
    expect(await received(1)).toMatchObject([sent]);
  });

  test("of one conversation arrive in the order sent, even more than a batch holds", async () => {
    const uids = Array.from({ length: 25 }, (_, at) => `o-${at}`);
    await makeJobQueue(queue).send(uids.slice(0, 23).map((uid) => job("u-order", uid)));
    await makeJobQueue(queue).send(uids.slice(23).map((uid) => job("u-order", uid)));
    expect(uidsOf(await received(uids.length))).toEqual(uids);
  });

  test("of many conversations all arrive, each in a message group of its own", async () => {
    const uids = Array.from({ length: 25 }, (_, at) => `m-${at}`);
    await makeJobQueue(queue).send(uids.map((uid) => job(`u-of-${uid}`, uid)));
    const messages = await queue.receive(25);
    expect(uidsOf(messages.map(({ Body = "" }) => parseTurnJob(Body))).sort()).toEqual([...uids].sort());
    expect(new Set(messages.map(({ Attributes }) => Attributes?.MessageGroupId)).size).toBe(25);
  });

  test("sent twice arrive once", async () => {
    await makeJobQueue(queue).send([job("u-twice", "t-1"), job("u-twice", "t-1")]);
    await makeJobQueue(queue).send([job("u-twice", "t-1")]);
    expect(uidsOf(await received(1))).toEqual(["t-1"]);
    expect(await queue.receiveNow()).toEqual([]);
  });

  test("for a webhook arrive as they were sent, including the message's source", async () => {
    const sent = webhookJob("u-webhook", "w-1");
    const withSource = { ...sent, event: messageEvent({ ...sent.event.data, source: "iOS" }) };
    await makeJobQueue(queue).send([withSource]);
    const [message] = await queue.receive(1);
    expect(parseWebhookJob(message?.Body ?? "")).toEqual(withSource);
  });

  test("of one message for two integrations both arrive: neither deduplicates the other", async () => {
    await makeJobQueue(queue).send([job("u-both", "b-1"), webhookJob("u-both", "b-1")]);
    const bodies = (await queue.receive(2)).map(({ Body = "" }) => JSON.parse(Body));
    expect(bodies.map(({ integrationType }) => integrationType).sort()).toEqual(["dify_chat", "webhook"]);
  });

  test("of a message and of its recall both arrive, in order", async () => {
    const message = job("u-recall", "r-1");
    const recalled: TurnJob = { ...message, event: { ...message.event, type: "message:private_recall" } };
    await makeJobQueue(queue).send([message, recalled]);
    expect((await received(2)).map(({ event }) => event.type)).toEqual([
      "message:private",
      "message:private_recall",
    ]);
  });

  test("that are redriven arrive again at once, once per redrive", async () => {
    const sent = job("u-redriven", "d-1");
    await makeJobQueue(queue).send([sent]);
    await received(1);
    await makeJobQueue(queue).send([sent]);
    expect(await queue.receiveNow()).toEqual([]);
    const redriven = { ...sent, redrivenAt: 1_767_225_700_000 };
    await makeJobQueue(queue).send([redriven]);
    await makeJobQueue(queue).send([redriven]);
    expect(await received(1)).toEqual([redriven]);
    expect(await queue.receiveNow()).toEqual([]);
    await makeJobQueue(queue).send([{ ...sent, redrivenAt: 1_767_225_800_000 }]);
    expect(await received(1)).toEqual([{ ...sent, redrivenAt: 1_767_225_800_000 }]);
  });

  test("that are large in total are sent in several batches", async () => {
    const large = "x".repeat(120 * 1024);
    const uids = ["l-1", "l-2", "l-3", "l-4", "l-5"];
    await makeJobQueue(queue).send(uids.map((uid) => job(`u-of-${uid}`, uid, large)));
    const jobs = await received(5);
    expect(uidsOf(jobs).sort()).toEqual(uids);
    expect(jobs.every(({ event }) => event.data.content.length > 120 * 1024)).toBe(true);
  });

  test("are accepted at the maximum message size, even if each character must be escaped", async () => {
    const content = `"${'\\"'.repeat(64 * 1024 - 1)}"`;
    expect(Buffer.byteLength(content)).toBe(128 * 1024);
    const uids = ["e-1", "e-2"];
    const sent = uids.map((uid) => ({
      ...job(`u-of-${uid}`, uid),
      event: messageEvent({ msgUID: uid, content }),
    }));
    await makeJobQueue(queue).send(sent);
    const jobs = await received(2);
    expect(jobs.map(({ event }) => event.data.content === content)).toEqual([true, true]);
  });

  test("are accepted with every character that a message may contain", async () => {
    const sent = job("u-last", "c-1", "\uFFFE\uFFFF");
    await makeJobQueue(queue).send([sent]);
    expect(await received(1)).toMatchObject([sent]);
  });
});

describe("a queue that rejects a job", () => {
  // SQS rejects single entries only when it fails itself: the reply has to be forced.
  const failing = (SenderFault: boolean) =>
    ({
      send: async ({ input }: SendMessageBatchCommand) => ({
        Failed: [{ Id: input.Entries?.at(-1)?.Id, Code: "InternalError", SenderFault }],
      }),
    }) as unknown as SQSClient;

  test("is a retryable error, which reveals nothing of the job", async () => {
    const sent = makeJobQueue({ client: failing(false), queueUrl: queue.queueUrl }).send([
      job("u7", "f-1", "private words"),
      job("u7", "f-2", "private words"),
    ]);
    await expect(sent).rejects.toMatchObject({
      name: "BridgeError",
      code: "upstream_unavailable",
      retryable: true,
      expose: false,
      message: "SQS rejected 1 jobs: InternalError",
    });
  });

  test("because of its content is an error that is not retryable", async () => {
    const sent = makeJobQueue({ client: failing(true), queueUrl: queue.queueUrl }).send([job("u7", "f-3")]);
    await expect(sent).rejects.toMatchObject({ retryable: false });
  });

  test("because it does not exist is an error, too", async () => {
    const queueUrl = `${queue.queueUrl.slice(0, -".fifo".length)}-gone.fifo`;
    await expect(makeJobQueue({ ...queue, queueUrl }).send([job("u7", "g-1")])).rejects.toThrow();
  });
});
