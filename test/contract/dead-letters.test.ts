import type { Message } from "@aws-sdk/client-sqs";
import { beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { makeDeadLetters } from "#adapters/sqs/dead-letters.ts";
import { parseTurnJob, parseWebhookJob } from "#adapters/sqs/job-message.ts";
import { makeJobQueue } from "#adapters/sqs/job-queue.ts";
import type { TurnJob, WebhookJob } from "#core/jobs/job.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { startQueue, type TestQueue } from "../support/sqs.ts";
import { messageEvent } from "../support/turns.ts";
import { anyText } from "../unit/adapters/node/any-text.ts";

let queue: TestQueue;
beforeAll(async () => {
  queue = closeAfterAll(await startQueue());
});

let jobs = 0;
/** A job that no other test uses. */
const newJob = (): WebhookJob => {
  jobs += 1;
  return {
    appKey: "app-one",
    botUserId: "bot-helpdesk",
    integrationType: "webhook",
    event: messageEvent({ msgUID: `dead-${jobs}`, fromUserId: `u-${jobs}` }),
    acceptedAt: 1_767_225_600_500,
  };
};

/** The dead letter as an operator sees it. */
const letterOf = ({ Body = "", MessageAttributes = {} }: Message) => ({
  body: Body,
  reason: MessageAttributes.reason?.StringValue,
  tries: MessageAttributes.tries?.StringValue,
});

const letters = async (count: number) => (await queue.receive(count)).map(letterOf);

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_MessageAttributeValue.html: same
// characters as in a body, and not empty. fauxqs accepts any.
const acceptedText = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]+$/u;

describe("a job that was given up", () => {
  test("is in the dead letters unchanged, with its reason and its number of attempts", async () => {
    const job = newJob();
    await makeDeadLetters(queue).add(job, { reason: "HTTP 404", tries: 7 });
    const [letter] = await letters(1);
    expect(letter).toMatchObject({ reason: "HTTP 404", tries: "7" });
    expect(parseWebhookJob(letter?.body ?? "")).toEqual(job);
  });

  test("is also there if it was for a model", async () => {
    const job: TurnJob = { ...newJob(), integrationType: "dify_agent" };
    await makeDeadLetters(queue).add(job, { reason: "throttled", tries: 10 });
    const [letter] = await letters(1);
    expect(parseTurnJob(letter?.body ?? "")).toEqual(job);
  });

  test("is there once if a worker died before it could record that and the next one adds it again", async () => {
    const job = newJob();
    await makeDeadLetters(queue).add(job, { reason: "timeout", tries: 3 });
    await makeDeadLetters(queue).add(job, { reason: "timeout", tries: 4 });
    expect(await letters(1)).toMatchObject([{ tries: "3" }]);
    expect(await queue.receiveNow()).toEqual([]);
  });

  test("is there again if it was redriven and given up once more", async () => {
    const job = newJob();
    await makeDeadLetters(queue).add(job, { reason: "timeout", tries: 3 });
    await makeDeadLetters(queue).add(
      { ...job, redrivenAt: 1_767_225_700_000 },
      { reason: "timeout", tries: 1 },
    );
    expect(await letters(2)).toHaveLength(2);
  });

  test("can be sent back to its queue unchanged", async () => {
    const job = newJob();
    await makeDeadLetters(queue).add(job, { reason: "timeout", tries: 3 });
    const [letter] = await letters(1);
    const redriven = { ...parseWebhookJob(letter?.body ?? ""), redrivenAt: 1_767_225_700_000 };
    await makeJobQueue(queue).send([redriven]);
    const [again] = await letters(1);
    expect(parseWebhookJob(again?.body ?? "")).toEqual(redriven);
    expect(again?.reason).toBeUndefined();
  });

  test("is there with the longest message possible", async () => {
    const content = JSON.stringify("x".repeat(128 * 1024 - 2));
    const job = newJob();
    const large = { ...job, event: messageEvent({ ...job.event.data, content }) };
    await makeDeadLetters(queue).add(large, { reason: "x".repeat(1024 * 1024), tries: 3 });
    const [letter] = await letters(1);
    expect(parseWebhookJob(letter?.body ?? "").event.data.content).toHaveLength(128 * 1024);
  });
});

describe("the reason of a dead letter", () => {
  const storedReason = async (reason: string): Promise<string | undefined> => {
    await makeDeadLetters(queue).add(newJob(), { reason, tries: 1 });
    return (await letters(1))[0]?.reason;
  };

  test.each([
    ["of several lines", "Error: throttled\n\tby DynamoDB\r\n"],
    ["in any script", "ошибка 你好 😀 \u{10FFFF}"],
  ])("%s is kept", async (_name, reason) => {
    expect(await storedReason(reason)).toBe(reason.trim());
  });

  test.each([
    ["that is empty", ""],
    ["of blanks only", " \n"],
    ["of control characters only", "\u0000\u001b\u007f"],
    ["with a control character", "HTTP 500\u0000"],
    ["with a lone surrogate", "broken \ud83d"],
    ["with noncharacters", "broken \uFFFE\uFFFF"],
    ["of a megabyte", "x".repeat(1024 * 1024)],
    ["that is cut in the middle of an emoji", "😀".repeat(1024 * 1024).slice(1)],
  ])("%s does not lose the job: SQS accepts the cleaned reason", async (_name, reason) => {
    const kept = await storedReason(reason);
    expect(kept).toMatch(acceptedText);
    expect(kept?.trim()).not.toBe("");
    expect(Buffer.byteLength(kept ?? "")).toBeLessThanOrEqual(4096);
  });

  test("is cut at the end and keeps its beginning", async () => {
    expect(await storedReason(`HTTP 500 ${"x".repeat(10_000)}`)).toMatch(/^HTTP 500 x{900}/);
  });

  test("is accepted by SQS, whatever went wrong", async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async (reason) => {
        expect(await storedReason(reason)).toMatch(acceptedText);
      }),
      { numRuns: 50 },
    );
  });
});
