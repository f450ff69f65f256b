import { describe, expect, test } from "@jest/globals";
import type { BotWithKeys } from "#core/bot/bot.ts";
import { makeAcceptMessages } from "#core/intake/accept-messages.ts";
import type { ImReply } from "#core/intake/forward-call.ts";
import { makeRecallMessage, type RecalledMessage } from "#core/intake/recall-message.ts";
import { bot, webhookIntegration } from "../../../support/turns.ts";
import { setUpIntake } from "./intake-setup.ts";

const ofTheIm: ImReply = { status: 200, contentType: "application/json", body: '{"code":200}' };

/** An app with helpdesk as its bot. */
const setUp = (given: Partial<BotWithKeys> = {}) => {
  const intake = setUpIntake([bot(given)]);
  const recallMessage = makeRecallMessage({
    acceptMessages: makeAcceptMessages(intake.ports),
    newMessageUID: () => "command-1",
    clock: intake.clock,
  });
  let calls = 0;
  const recall = (recalled: Partial<RecalledMessage> = {}) =>
    recallMessage(
      "app-one",
      {
        channelType: "PERSON",
        fromUserId: "u7",
        targetId: "bot-helpdesk",
        messageUID: "m1",
        sentTime: 1_767_225_600_101,
        isAdmin: false,
        isDelete: false,
        ...recalled,
      },
      async () => {
        calls += 1;
        return ofTheIm;
      },
    );
  return { recall, recalls: intake.recalls, jobs: intake.jobs, callsOfIm: () => calls };
};

const stored = { appKey: "app-one", channelType: "PERSON", targetId: "bot-helpdesk", msgUID: "m1" };

describe("without a real IM, a message that a user takes back", () => {
  test("is remembered as recalled by that user, and the IM is not called", async () => {
    const { recall, recalls, jobs, callsOfIm } = setUp();
    expect(await recall()).toBeUndefined();
    expect(recalls).toEqual([{ ...stored, byUserId: "u7", isAdmin: false }]);
    expect(jobs()).toEqual([]);
    expect(callsOfIm()).toBe(0);
  });

  test("may be taken back by an admin", async () => {
    const { recall, recalls } = setUp();
    await recall({ fromUserId: "admin", isAdmin: true });
    expect(recalls).toEqual([{ ...stored, byUserId: "admin", isAdmin: true }]);
  });

  test("in a group is remembered for the group, whichever bots it addressed", async () => {
    const { recall, recalls } = setUp();
    await recall({ channelType: "GROUP", targetId: "g1" });
    expect(recalls).toEqual([
      { ...stored, channelType: "GROUP", targetId: "g1", byUserId: "u7", isAdmin: false },
    ]);
  });

  test("is not remembered if it was for another user", async () => {
    const { recall, recalls } = setUp();
    await recall({ targetId: "u8" });
    expect(recalls).toEqual([]);
  });

  test("triggers an integration that names the command, as it does when RongCloud routes it", async () => {
    const { recall, jobs } = setUp({ integrations: [webhookIntegration({ objectNames: ["RC:RcCmd"] })] });
    await recall({ isDelete: true });
    const [job] = jobs();
    const data = job && "event" in job ? job.event.data : undefined;
    expect(data).toMatchObject({ objectName: "RC:RcCmd", msgUID: "command-1", fromUserId: "u7" });
    expect(JSON.parse(data?.content ?? "")).toEqual({
      messageUId: "m1",
      conversationType: 1,
      targetId: "bot-helpdesk",
      sentTime: 1_767_225_600_101,
      isAdmin: false,
      isDelete: true,
    });
  });
});

test("without a real IM, a bot's own message is taken back at the IM, whose reply is returned", async () => {
  const { recall, recalls, callsOfIm } = setUp();
  expect(await recall({ fromUserId: "bot-helpdesk", targetId: "u7" })).toEqual(ofTheIm);
  expect(recalls).toEqual([]);
  expect(callsOfIm()).toBe(1);
});
