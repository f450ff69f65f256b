import { type Message, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { makeHoldOn } from "#adapters/sqs/hold-on.ts";
import { toJobMessage } from "#adapters/sqs/job-message.ts";
import { makeJobQueue } from "#adapters/sqs/job-queue.ts";
import type { TurnJob } from "#core/jobs/job.ts";
import { startQueue, type TestQueue } from "../support/sqs.ts";
import { messageEvent } from "../support/turns.ts";

let queue: TestQueue;
beforeAll(async () => {
  queue = await startQueue();
});
afterAll(() => queue.close());

let jobs = 0;
/** A job in the queue, that no other test has. */
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

/** Takes the job as Lambda does, for a minute, if it is there within `seconds`. */
const takeJob = async (body: string, seconds: number): Promise<Message | undefined> => {
  const { Messages = [] } = await queue.client.send(
    new ReceiveMessageCommand({
      QueueUrl: queue.queueUrl,
      VisibilityTimeout: 60,
      WaitTimeSeconds: seconds,
      MessageSystemAttributeNames: ["ApproximateReceiveCount"],
    }),
  );
  return Messages.find(({ Body }) => Body === body);
};

const recordOf = (receiptHandle: string, receives: string): Parameters<ReturnType<typeof makeHoldOn>>[0] => ({
  receiptHandle,
  attributes: {
    ApproximateReceiveCount: receives,
    SentTimestamp: "",
    SenderId: "",
    ApproximateFirstReceiveTimestamp: "",
  },
});

const holdOf = ({ ReceiptHandle = "", Attributes }: Message = {}) =>
  makeHoldOn(queue)(recordOf(ReceiptHandle, Attributes?.ApproximateReceiveCount ?? ""));

describe("the hold on a job", () => {
  test("keeps it from others for so long and no longer, and each time that it comes is counted", async () => {
    const body = await sendJob();
    const first = holdOf(await takeJob(body, 2));
    expect(first.tries).toBe(1);
    await first.holdFor(2_000);
    expect(await takeJob(body, 1)).toBeUndefined();
    const again = await takeJob(body, 4);
    expect(again).toBeDefined();
    expect(holdOf(again).tries).toBe(2);
  });

  test("is never shorter than asked for: SQS counts in whole seconds", async () => {
    const body = await sendJob();
    await holdOf(await takeJob(body, 2)).holdFor(1_001);
    expect(await takeJob(body, 1)).toBeUndefined();
    expect(await takeJob(body, 4)).toBeDefined();
  });

  test("is let go at once by a hold of nothing", async () => {
    const body = await sendJob();
    await holdOf(await takeJob(body, 2)).holdFor(0);
    expect(await takeJob(body, 1)).toBeDefined();
  });

  test("that was another's is an error, which its worker sees", async () => {
    await expect(makeHoldOn(queue)(recordOf("nobody's", "1")).holdFor(1_000)).rejects.toThrow();
  });
});
