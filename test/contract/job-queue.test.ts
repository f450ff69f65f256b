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
  test("come as they were sent, in any script", async () => {
    const sent = job("u-script", "s-1", "你好 😀 \u0000 \"'<>");
    await makeJobQueue(queue).send([sent]);
    expect(await received(1)).toMatchObject([sent]);
  });

  test("of one conversation come in the order they were sent in, more than a batch holds too", async () => {
    const uids = Array.from({ length: 25 }, (_, at) => `o-${at}`);
    await makeJobQueue(queue).send(uids.slice(0, 23).map((uid) => job("u-order", uid)));
    await makeJobQueue(queue).send(uids.slice(23).map((uid) => job("u-order", uid)));
    expect(uidsOf(await received(uids.length))).toEqual(uids);
  });

  test("of many conversations all come, each in a group of its own", async () => {
    const uids = Array.from({ length: 25 }, (_, at) => `m-${at}`);
    await makeJobQueue(queue).send(uids.map((uid) => job(`u-of-${uid}`, uid)));
    const messages = await queue.receive(25);
    expect(uidsOf(messages.map(({ Body = "" }) => parseTurnJob(Body))).sort()).toEqual([...uids].sort());
    expect(new Set(messages.map(({ Attributes }) => Attributes?.MessageGroupId)).size).toBe(25);
  });

  test("sent twice come once", async () => {
    await makeJobQueue(queue).send([job("u-twice", "t-1"), job("u-twice", "t-1")]);
    await makeJobQueue(queue).send([job("u-twice", "t-1")]);
    expect(uidsOf(await received(1))).toEqual(["t-1"]);
    expect(await queue.receiveNow()).toEqual([]);
  });

  test("for a webhook come as they were sent, where the message came from included", async () => {
    const sent = webhookJob("u-webhook", "w-1");
    const withSource = { ...sent, event: messageEvent({ ...sent.event.data, source: "iOS" }) };
    await makeJobQueue(queue).send([withSource]);
    const [message] = await queue.receive(1);
    expect(parseWebhookJob(message?.Body ?? "")).toEqual(withSource);
  });

  test("of one message for two integrations both come: the one does not swallow the other", async () => {
    await makeJobQueue(queue).send([job("u-both", "b-1"), webhookJob("u-both", "b-1")]);
    const bodies = (await queue.receive(2)).map(({ Body = "" }) => JSON.parse(Body));
    expect(bodies.map(({ integrationType }) => integrationType).sort()).toEqual(["dify_chat", "webhook"]);
  });

  test("of a message and of its recall both come, in the order they happened in", async () => {
    const said = job("u-recall", "r-1");
    const recalled: TurnJob = { ...said, event: { ...said.event, type: "message:private_recall" } };
    await makeJobQueue(queue).send([said, recalled]);
    expect((await received(2)).map(({ event }) => event.type)).toEqual([
      "message:private",
      "message:private_recall",
    ]);
  });

  test("that are redriven come again at once, each redrive once", async () => {
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

  test("that are large together are sent in more batches than one", async () => {
    const large = "x".repeat(120 * 1024);
    const uids = ["l-1", "l-2", "l-3", "l-4", "l-5"];
    await makeJobQueue(queue).send(uids.map((uid) => job(`u-of-${uid}`, uid, large)));
    const jobs = await received(5);
    expect(uidsOf(jobs).sort()).toEqual(uids);
    expect(jobs.every(({ event }) => event.data.content.length > 120 * 1024)).toBe(true);
  });

  test("are taken at the size that a message may have, though each of its characters must be escaped", async () => {
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

  test("are taken with every character that a message may hold", async () => {
    const sent = job("u-last", "c-1", "\uFFFE\uFFFF");
    await makeJobQueue(queue).send([sent]);
    expect(await received(1)).toMatchObject([sent]);
  });
});

describe("a queue that does not take a job", () => {
  // SQS refuses single entries only when it itself fails: the reply has to be forced.
  const failing = (SenderFault: boolean) =>
    ({
      send: async ({ input }: SendMessageBatchCommand) => ({
        Failed: [{ Id: input.Entries?.at(-1)?.Id, Code: "InternalError", SenderFault }],
      }),
    }) as unknown as SQSClient;

  test("is an error that may be tried again, and says nothing of the job", async () => {
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

  test("because of what is in it, is an error that would come again", async () => {
    const sent = makeJobQueue({ client: failing(true), queueUrl: queue.queueUrl }).send([job("u7", "f-3")]);
    await expect(sent).rejects.toMatchObject({ retryable: false });
  });

  test("that is not there is an error, too", async () => {
    const queueUrl = `${queue.queueUrl.slice(0, -".fifo".length)}-gone.fifo`;
    await expect(makeJobQueue({ ...queue, queueUrl }).send([job("u7", "g-1")])).rejects.toThrow();
  });
});
