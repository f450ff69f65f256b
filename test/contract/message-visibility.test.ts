import { type Message, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { beforeAll, describe, expect, test } from "@jest/globals";
import type { SQSRecord } from "aws-lambda";
import { parseTurnJob, toJobMessage } from "#adapters/sqs/job-message.ts";
import { makeJobQueue } from "#adapters/sqs/job-queue.ts";
import { makeMessageVisibility } from "#adapters/sqs/message-visibility.ts";
import { makeSendStart } from "#adapters/sqs/start-message.ts";
import { makeStarter } from "#adapters/sqs/starter.ts";
import type { TurnJob } from "#core/jobs/job.ts";
import { sqsEventOf } from "../../local/aws/sqs-event.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { startQueue, type TestQueue } from "../support/sqs.ts";
import { messageEvent } from "../support/turns.ts";

let queue: TestQueue;
beforeAll(async () => {
  queue = closeAfterAll(await startQueue());
});

let jobs = 0;
/** A job in the queue that no other test uses. */
const sendJob = async (): Promise<string> => {
  jobs += 1;
  const job: TurnJob = {
    appKey: "app-one",
    botUserId: "bot-helpdesk",
    integrationType: "dify_chat",
    event: messageEvent({ msgUID: `held-${jobs}`, fromUserId: `u-${jobs}` }),
    acceptedAt: 1_767_225_600_500,
  };
  await makeJobQueue(queue).send([job]);
  return toJobMessage(job).MessageBody;
};

/** Receives the job as Lambda does, for a minute, if it is visible within `seconds`. */
const takeJob = async (body: string, seconds: number): Promise<Message | undefined> => {
  const { Messages = [] } = await queue.client.send(
    new ReceiveMessageCommand({
      QueueUrl: queue.queueUrl,
      VisibilityTimeout: 60,
      WaitTimeSeconds: seconds,
      MessageSystemAttributeNames: ["ApproximateReceiveCount", "ApproximateFirstReceiveTimestamp"],
    }),
  );
  return Messages.find(({ Body }) => Body === body);
};

const recordOf = (
  receiptHandle: string,
  receives: string,
  firstReceivedAt = "",
): Parameters<ReturnType<typeof makeMessageVisibility>>[0] => ({
  receiptHandle,
  attributes: {
    ApproximateReceiveCount: receives,
    SentTimestamp: "",
    SenderId: "",
    ApproximateFirstReceiveTimestamp: firstReceivedAt,
  },
});

const visibilityOf = ({ ReceiptHandle = "", Attributes }: Message = {}) =>
  makeMessageVisibility(queue)(
    recordOf(
      ReceiptHandle,
      Attributes?.ApproximateReceiveCount ?? "",
      Attributes?.ApproximateFirstReceiveTimestamp,
    ),
  );

describe("the visibility timeout of a job", () => {
  test("hides it from others for exactly as long as requested, and each receive is counted", async () => {
    const body = await sendJob();
    const first = visibilityOf(await takeJob(body, 2));
    expect(first.receiveCount).toBe(1);
    expect(first.firstReceivedAt).toBeGreaterThan(Date.UTC(2026, 0, 1));
    await first.hideFor(2_000);
    expect(await takeJob(body, 1)).toBeUndefined();
    const again = await takeJob(body, 4);
    expect(again).toBeDefined();
    expect(visibilityOf(again)).toMatchObject({ receiveCount: 2, firstReceivedAt: first.firstReceivedAt });
  });

  test("is never shorter than requested: SQS counts in whole seconds", async () => {
    const body = await sendJob();
    await visibilityOf(await takeJob(body, 2)).hideFor(1_001);
    expect(await takeJob(body, 1)).toBeUndefined();
    expect(await takeJob(body, 4)).toBeDefined();
  });

  test("of 0 ms returns it at once", async () => {
    const body = await sendJob();
    await visibilityOf(await takeJob(body, 2)).hideFor(0);
    expect(await takeJob(body, 1)).toBeDefined();
  });

  test("cannot be changed by another worker, which gets an error", async () => {
    await expect(makeMessageVisibility(queue)(recordOf("nobody's", "1")).hideFor(1_000)).rejects.toThrow();
  });
});

/** Receives a message as Lambda does, for the queue's own visibility timeout, and passes it to a function. */
const deliver = async ({ client, queueUrl }: TestQueue, seconds = 5): Promise<SQSRecord | undefined> => {
  const { Messages } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      WaitTimeSeconds: seconds,
      MessageSystemAttributeNames: ["All"],
      MessageAttributeNames: ["All"],
    }),
  );
  const [record] = sqsEventOf(Messages ?? [], "").Records;
  return record as SQSRecord | undefined;
};

describe("a job for a turn", () => {
  const setUp = async () => {
    const jobs = closeAfterAll(await startQueue({ visibilitySeconds: 2 }));
    const starts = closeAfterAll(await startQueue({ isFifo: false }));
    const sendStart = makeSendStart(starts);
    const start = makeStarter({ start: sendStart, restart: sendStart });
    /** The starter gets the job if it is visible within `seconds`. */
    const startJob = async (seconds?: number): Promise<boolean> => {
      const record = await deliver(jobs, seconds);
      if (record) await start({ Records: [record] });
      return record !== undefined;
    };
    /** A worker that was started gets the job. */
    const takeStart = async () => {
      const record = await deliver(starts);
      if (!record) throw new Error("no start");
      const message = makeMessageVisibility(jobs)(record);
      if (!("remove" in message)) throw new Error("not a start");
      return { body: record.body, ...message };
    };
    const job: TurnJob = {
      appKey: "app-one",
      botUserId: "bot-helpdesk",
      integrationType: "dify_chat",
      event: messageEvent({ msgUID: "started" }),
      acceptedAt: 1_767_225_600_500,
    };
    await makeJobQueue(jobs).send([job]);
    return { jobs, startJob, takeStart, job };
  };

  test("is held and deleted by the worker that was started, from another queue", async () => {
    const { startJob, takeStart, job, jobs } = await setUp();
    expect(await startJob()).toBe(true);
    const message = await takeStart();
    expect(parseTurnJob(message.body)).toEqual(job);
    expect(message.receiveCount).toBe(1);
    await message.hideFor(5_000);
    expect(await startJob(3)).toBe(false);
    await message.remove();
    await message.hideFor(0).catch(() => undefined);
    expect(await deliver(jobs, 2)).toBeUndefined();
  });

  test("is started again when the queue's visibility timeout ends, if its worker never began", async () => {
    const { startJob, takeStart, jobs } = await setUp();
    await startJob();
    // The worker of this start dies before its first line.
    const outdated = await takeStart();
    expect(await startJob(1)).toBe(false);
    expect(await startJob(4)).toBe(true);
    const message = await takeStart();
    expect(message.receiveCount).toBe(2);
    await expect(outdated.hideFor(25_000)).rejects.toThrow();
    await message.hideFor(5_000);
    await message.remove();
    expect(await deliver(jobs, 1)).toBeUndefined();
  });
});

describe("the visibility timeouts of one worker", () => {
  test("are changed in order, so that the last one counts", async () => {
    const body = await sendJob();
    const message = visibilityOf(await takeJob(body, 2));
    await Promise.all([message.hideFor(25_000), message.hideFor(1_000)]);
    expect(await takeJob(body, 4)).toBeDefined();
  });
});
