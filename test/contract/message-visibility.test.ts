import { type Message, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { toJobMessage } from "#adapters/sqs/job-message.ts";
import { makeJobQueue } from "#adapters/sqs/job-queue.ts";
import { makeMessageVisibility } from "#adapters/sqs/message-visibility.ts";
import type { TurnJob } from "#core/jobs/job.ts";
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
