import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseTurnJob, parseWebhookJob, toJobMessage } from "#adapters/sqs/job-message.ts";
import { webhookIdOf } from "#adapters/webhook/call-webhook.ts";
import { commandNames } from "#core/bot/commands.ts";
import { eventTypes } from "#core/bot/event-type.ts";
import { modelTypes } from "#core/bot/integration-types.ts";
import { type Job, jobIdOf, jobKeyOf, type TurnJob, type WebhookJob } from "#core/jobs/job.ts";
import { messageEvent } from "../../../support/turns.ts";
import { anyText } from "../node/any-text.ts";

const turnJob = (given: Partial<TurnJob> = {}): TurnJob => ({
  appKey: "app-one",
  botUserId: "bot-helpdesk",
  integrationType: "dify_chat",
  event: messageEvent(),
  acceptedAt: 1_767_225_600_500,
  ...given,
});

const webhookJob = (given: Partial<WebhookJob> = {}): WebhookJob => ({
  ...turnJob(),
  integrationType: "webhook",
  ...given,
});

const time = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const anyJob: fc.Arbitrary<Omit<Job, "integrationType">> = fc.record({
  appKey: anyText,
  botUserId: anyText,
  event: fc.record({
    type: fc.constantFrom(...eventTypes),
    timestamp: time,
    data: fc.record({
      fromUserId: anyText,
      toUserId: anyText,
      objectName: anyText,
      content: anyText,
      channelType: fc.constantFrom("PERSON", "GROUP"),
      msgTimestamp: time,
      msgUID: anyText,
    }),
  }),
  acceptedAt: time,
});
const anyTurnJob: fc.Arbitrary<TurnJob> = fc
  .tuple(anyJob, fc.constantFrom(...modelTypes))
  .map(([job, integrationType]) => ({ ...job, integrationType }));
const anyWebhookJob: fc.Arbitrary<WebhookJob> = anyJob.map((job) => ({ ...job, integrationType: "webhook" }));
/** A job's optional fields. */
const more = fc.record(
  {
    redrivenAt: time,
    source: anyText,
    sharesContext: fc.boolean(),
    command: fc.constantFrom(...commandNames),
  },
  { requiredKeys: [] },
);
const withMore = <J extends Job>(
  job: J,
  { source, ...given }: Pick<Job, "redrivenAt" | "sharesContext" | "command"> & { source?: string },
): J => ({
  ...job,
  ...given,
  event: { ...job.event, data: { ...job.event.data, ...(source !== undefined && { source }) } },
});

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
const legalId = /^[\w!"#$%&'()*+,\-./:;<=>?@[\\\]^`{|}~]{1,128}$/;
const legalBody = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]+$/u;

describe("the message that carries a job", () => {
  test("delivers a job for Dify unchanged, and one for a webhook", () => {
    fc.assert(
      fc.property(anyTurnJob, anyWebhookJob, more, (one, other, given) => {
        const [turn, webhook] = [withMore(one, given), withMore(other, given)];
        expect(parseTurnJob(toJobMessage(turn).MessageBody)).toEqual(turn);
        expect(parseWebhookJob(toJobMessage(webhook).MessageBody)).toEqual(webhook);
      }),
    );
  });

  test("has ids that SQS accepts, whatever the ids in the job", () => {
    fc.assert(
      fc.property(fc.oneof(anyTurnJob, anyWebhookJob), (job) => {
        const { MessageGroupId, MessageDeduplicationId } = toJobMessage(job);
        expect(MessageGroupId).toMatch(legalId);
        expect(MessageDeduplicationId).toMatch(legalId);
      }),
    );
  });

  test("has a body that SQS accepts, whatever the strings in the job", () => {
    fc.assert(
      fc.property(fc.oneof(anyTurnJob, anyWebhookJob), (job) => {
        expect(toJobMessage(job).MessageBody).toMatch(legalBody);
      }),
    );
  });

  test.each([
    ["an emoji", "😀"],
    ["a control character", "\u0000\u001b"],
    ["a lone surrogate", "\ud83d"],
    ["the last characters of the first plane, which SQS rejects", "\uFFFE\uFFFF"],
  ])("has a body that SQS accepts, with %s in the user's text", (_name, content) => {
    const { MessageBody } = toJobMessage(turnJob({ event: messageEvent({ content }) }));
    expect(MessageBody).toMatch(legalBody);
    expect(parseTurnJob(MessageBody).event.data.content).toBe(content);
  });

  test("is sequential for all members of a group that shares its context, and parallel for others", () => {
    const groupOf = (fromUserId: string, toUserId: string, sharesContext: boolean) =>
      toJobMessage(
        turnJob({ event: messageEvent({ fromUserId, toUserId, channelType: "GROUP" }), sharesContext }),
      ).MessageGroupId;
    expect(groupOf("u7", "g1", true)).toBe(groupOf("u8", "g1", true));
    expect(groupOf("u7", "g1", true)).not.toBe(groupOf("u7", "g2", true));
    expect(groupOf("u7", "g1", false)).not.toBe(groupOf("u8", "g1", false));
  });

  test("has the same ids for the same job, whenever it was accepted: the queue deduplicates it", () => {
    const once = toJobMessage(turnJob());
    const again = toJobMessage(turnJob({ acceptedAt: 1_767_225_999_999 }));
    expect(again.MessageDeduplicationId).toBe(once.MessageDeduplicationId);
    expect(again.MessageGroupId).toBe(once.MessageGroupId);
  });

  test("that is redriven is new to the queue, in its conversation's group, and the same to its receiver", () => {
    const [first, second] = [webhookJob({ redrivenAt: 1 }), webhookJob({ redrivenAt: 2 })];
    const messages = [webhookJob(), first, second].map(toJobMessage);
    expect(new Set(messages.map(({ MessageDeduplicationId }) => MessageDeduplicationId)).size).toBe(3);
    expect(new Set(messages.map(({ MessageGroupId }) => MessageGroupId)).size).toBe(1);
    expect(webhookIdOf(jobIdOf(first))).toBe(webhookIdOf(jobIdOf(webhookJob())));
  });

  const others: readonly (readonly [string, Job])[] = [
    ["app", turnJob({ appKey: "app-two" })],
    ["bot", turnJob({ botUserId: "bot-sales" })],
    ["integration", turnJob({ integrationType: "dify_workflow" })],
    ["queue", webhookJob()],
  ];

  test.each(others)("of another %s is another job in another conversation", (_name, job) => {
    const [one, other] = [toJobMessage(turnJob()), toJobMessage(job)];
    expect(other.MessageDeduplicationId).not.toBe(one.MessageDeduplicationId);
    expect(other.MessageGroupId).not.toBe(one.MessageGroupId);
  });

  test("about one of several readers of the same message is another job, also to its receiver", () => {
    const readBy = (fromUserId: string) =>
      webhookJob({ event: messageEvent({ fromUserId }, { type: "message:group_read" }) });
    const [one, other] = [readBy("u7"), readBy("u8")];
    expect(toJobMessage(other).MessageDeduplicationId).not.toBe(toJobMessage(one).MessageDeduplicationId);
    expect(jobKeyOf(jobIdOf(other))).not.toBe(jobKeyOf(jobIdOf(one)));
    expect(webhookIdOf(jobIdOf(other))).not.toBe(webhookIdOf(jobIdOf(one)));
  });

  test("of the conversation's next message is another job in the same conversation", () => {
    const one = toJobMessage(turnJob());
    const next = toJobMessage(turnJob({ event: messageEvent({ msgUID: "C3JH-8VQ4-0000-0002" }) }));
    expect(next.MessageDeduplicationId).not.toBe(one.MessageDeduplicationId);
    expect(next.MessageGroupId).toBe(one.MessageGroupId);
  });

  test("of the recall of a message is another job in the same conversation", () => {
    const one = toJobMessage(turnJob());
    const recall = toJobMessage(turnJob({ event: messageEvent({}, { type: "message:private_recall" }) }));
    expect(recall.MessageDeduplicationId).not.toBe(one.MessageDeduplicationId);
    expect(recall.MessageGroupId).toBe(one.MessageGroupId);
  });

  test("of a group is in no conversation with the user of the same id", () => {
    const groupIdOf = (channelType: "PERSON" | "GROUP"): string =>
      toJobMessage(turnJob({ event: messageEvent({ toUserId: "g1", channelType }) })).MessageGroupId;
    expect(groupIdOf("GROUP")).not.toBe(groupIdOf("PERSON"));
  });

  test("of another sender in a group is in a conversation of its own", () => {
    const groupIdOf = (fromUserId: string): string =>
      toJobMessage(turnJob({ event: messageEvent({ fromUserId, toUserId: "g1", channelType: "GROUP" }) }))
        .MessageGroupId;
    expect(groupIdOf("u8")).not.toBe(groupIdOf("u7"));
  });

  test("is not mistaken for another whose ids only look the same when concatenated", () => {
    const one = toJobMessage(turnJob({ appKey: 'a","b', botUserId: "c" }));
    const other = toJobMessage(turnJob({ appKey: "a", botUserId: 'b","c' }));
    expect(other.MessageDeduplicationId).not.toBe(one.MessageDeduplicationId);
    expect(other.MessageGroupId).not.toBe(one.MessageGroupId);
  });
});

describe("a message without a job of ours", () => {
  const body = JSON.stringify({ version: 1, ...turnJob() });
  const redriven = JSON.stringify({ version: 1, ...turnJob({ redrivenAt: 1_767_225_700_000 }) });

  test.each([
    ["nothing", ""],
    ["no JSON", "what a user said"],
    ["a string in JSON", '"what a user said"'],
    ["of a future version", body.replace('"version":1', '"version":2')],
    ["without its app", body.replace('"appKey"', '"appkey"')],
    ["for a webhook", body.replace("dify_chat", "webhook")],
    ["for an unknown integration", body.replace("dify_chat", "what a user said")],
    ["of an unknown event", body.replace("message:private", "what a user said")],
    ["of an unknown channel", body.replace("PERSON", "what a user said")],
    ["with a time that is a string", body.replace("1767225600500", '"what a user said"')],
    ["redriven at a time that is a string", redriven.replace("1767225700000", '"what a user said"')],
  ])("%s is rejected, and its content is not revealed", (_name, given) => {
    const parse = () => parseTurnJob(given);
    expect(parse).toThrow(expect.objectContaining({ name: "BridgeError", code: "internal", expose: false }));
    expect(parse).not.toThrow(/what a user said/);
  });

  test.each(modelTypes)("for %s is rejected by the webhook worker, which calls no model", (type) => {
    expect(() => parseWebhookJob(body.replace("dify_chat", type))).toThrow(
      expect.objectContaining({ name: "BridgeError", code: "internal" }),
    );
  });

  test("may be any string for both workers, and neither throws", () => {
    const internal = expect.objectContaining({ name: "BridgeError", code: "internal" });
    fc.assert(
      fc.property(fc.oneof(anyText, fc.json()), (given) => {
        expect(() => parseTurnJob(given)).toThrow(internal);
        expect(() => parseWebhookJob(given)).toThrow(internal);
      }),
    );
  });
});
