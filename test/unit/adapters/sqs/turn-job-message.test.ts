import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseTurnJob, toTurnJobMessage } from "../../../../functions/adapters/sqs/turn-job-message.ts";
import { eventTypes } from "../../../../functions/core/event-type.ts";
import { difyTypes } from "../../../../functions/core/integration.ts";
import type { TurnJob } from "../../../../functions/core/turn.ts";
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

const time = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const anyJob: fc.Arbitrary<TurnJob> = fc.record({
  appKey: anyText,
  botUserId: anyText,
  integrationType: fc.constantFrom(...difyTypes),
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

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
const legalId = /^[\w!"#$%&'()*+,\-./:;<=>?@[\\\]^`{|}~]{1,128}$/;
const legalBody = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]+$/u;

describe("the message that carries a job", () => {
  test("brings the job there as it was", () => {
    fc.assert(
      fc.property(anyJob, (job) =>
        expect(parseTurnJob(toTurnJobMessage(job).MessageBody)).toMatchObject(job),
      ),
    );
  });

  test("has ids that SQS takes, whatever the names in the job", () => {
    fc.assert(
      fc.property(anyJob, (job) => {
        const { MessageGroupId, MessageDeduplicationId } = toTurnJobMessage(job);
        expect(MessageGroupId).toMatch(legalId);
        expect(MessageDeduplicationId).toMatch(legalId);
      }),
    );
  });

  test.each([
    ["an emoji", "😀"],
    ["a control character", "\u0000\u001b"],
    ["half an emoji", "\ud83d"],
    ["the last characters of the first plane, which SQS refuses", "\uFFFE\uFFFF"],
  ])("has a body that SQS takes, with %s in the user's words", (_name, content) => {
    const { MessageBody } = toTurnJobMessage(turnJob({ event: messageEvent({ content }) }));
    expect(MessageBody).toMatch(legalBody);
    expect(parseTurnJob(MessageBody).event.data.content).toBe(content);
  });

  test("has the same ids for the same job, whenever it was accepted: the queue drops the second", () => {
    const [once, again] = [turnJob(), turnJob({ acceptedAt: 1_767_225_999_999 })].map(toTurnJobMessage);
    expect(again?.MessageDeduplicationId).toBe(once?.MessageDeduplicationId);
    expect(again?.MessageGroupId).toBe(once?.MessageGroupId);
  });

  const others: readonly (readonly [string, TurnJob])[] = [
    ["app", turnJob({ appKey: "app-two" })],
    ["bot", turnJob({ botUserId: "bot-sales" })],
    ["integration", turnJob({ integrationType: "dify_workflow" })],
  ];

  test.each(others)("of another %s is another job in another conversation", (_name, job) => {
    const [one, other] = [toTurnJobMessage(turnJob()), toTurnJobMessage(job)];
    expect(other.MessageDeduplicationId).not.toBe(one.MessageDeduplicationId);
    expect(other.MessageGroupId).not.toBe(one.MessageGroupId);
  });

  test("of the conversation's next message is another job in the same conversation", () => {
    const one = toTurnJobMessage(turnJob());
    const next = toTurnJobMessage(turnJob({ event: messageEvent({ msgUID: "C3JH-8VQ4-0000-0002" }) }));
    expect(next.MessageDeduplicationId).not.toBe(one.MessageDeduplicationId);
    expect(next.MessageGroupId).toBe(one.MessageGroupId);
  });

  test("of another sender in a group belongs to a conversation of its own", () => {
    const groupIdOf = (fromUserId: string): string =>
      toTurnJobMessage(turnJob({ event: messageEvent({ fromUserId, toUserId: "g1", channelType: "GROUP" }) }))
        .MessageGroupId;
    expect(groupIdOf("u8")).not.toBe(groupIdOf("u7"));
  });

  test("is not mistaken for another whose ids only look the same put together", () => {
    const one = toTurnJobMessage(turnJob({ appKey: 'a","b', botUserId: "c" }));
    const other = toTurnJobMessage(turnJob({ appKey: "a", botUserId: 'b","c' }));
    expect(other.MessageDeduplicationId).not.toBe(one.MessageDeduplicationId);
    expect(other.MessageGroupId).not.toBe(one.MessageGroupId);
  });
});

describe("a message that carries no job of ours", () => {
  const body = JSON.stringify({ version: 1, ...turnJob() });

  test.each([
    ["nothing", ""],
    ["no JSON", "what a user said"],
    ["of a version to come", body.replace('"version":1', '"version":2')],
    ["without its app", body.replace('"appKey"', '"appkey"')],
    ["for a webhook", body.replace("dify_chat", "webhook")],
    ["with a time that is a text", body.replace("1767225600500", '"what a user said"')],
  ])("%s, is refused, and what it holds is not told", (_name, given) => {
    const parse = () => parseTurnJob(given);
    expect(parse).toThrow(expect.objectContaining({ name: "BridgeError", code: "internal", expose: false }));
    expect(parse).not.toThrow(/what a user said/);
  });
});
