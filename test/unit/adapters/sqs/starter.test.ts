import { describe, expect, test } from "@jest/globals";
import { startedJobOf } from "#adapters/sqs/start-message.ts";
import { makeStarter } from "#adapters/sqs/starter.ts";

const record = (messageId: string, receives = 1) => ({
  messageId,
  receiptHandle: `receipt-${messageId}`,
  body: "a job",
  attributes: {
    ApproximateReceiveCount: String(receives),
    SentTimestamp: "1767225600500",
    SenderId: "AROA",
    ApproximateFirstReceiveTimestamp: "1767225600600",
  },
  messageAttributes: {},
  md5OfBody: "",
  eventSource: "aws:sqs",
  eventSourceARN: "arn:aws:sqs:eu-central-1:123456789012:turns.fifo",
  awsRegion: "eu-central-1",
});

describe("the starter", () => {
  const setUp = () => {
    const sent: string[] = [];
    const start = makeStarter({
      start: async ({ messageId }) => void sent.push(`start of ${messageId}`),
      restart: async ({ messageId }) => void sent.push(`restart of ${messageId}`),
    });
    return { sent, start };
  };

  test("requests a worker for each job, and leaves the job's message in its queue", async () => {
    const { sent, start } = setUp();
    expect(await start({ Records: [record("m1")] })).toEqual({
      batchItemFailures: [{ itemIdentifier: "m1" }],
    });
    expect(sent).toEqual(["start of m1"]);
  });

  test("keeps jobs that were delivered before apart, so that they do not wait behind new ones", async () => {
    const { sent, start } = setUp();
    await start({ Records: [record("m1", 2)] });
    expect(sent).toEqual(["restart of m1"]);
  });

  test("fails if it cannot, so that alarms show it; the message is delivered again", async () => {
    const fail = () => Promise.reject(new Error("throttled"));
    await expect(makeStarter({ start: fail, restart: fail })({ Records: [record("m1")] })).rejects.toThrow(
      "throttled",
    );
  });
});

describe("a record that invokes a worker", () => {
  const attribute = (dataType: "String" | "Number", stringValue: string) => ({
    dataType,
    stringValue,
    binaryValue: "",
    stringListValues: [],
    binaryListValues: [],
  });

  test("refers to a job's message if it is a start", () => {
    const messageAttributes = {
      jobReceiptHandle: attribute("String", "the receipt"),
      jobReceiveCount: attribute("Number", "3"),
      jobFirstReceivedAt: attribute("Number", "1767225600600"),
    };
    expect(startedJobOf({ messageAttributes })).toEqual({
      receiptHandle: "the receipt",
      receiveCount: 3,
      firstReceivedAt: 1_767_225_600_600,
    });
  });

  test("is the job's message itself otherwise", () => {
    expect(startedJobOf({ messageAttributes: {} })).toBeUndefined();
  });
});
