import { describe, expect, test } from "@jest/globals";
import type { Bot } from "#core/bot/bot.ts";
import type { EventType } from "#core/bot/event-type.ts";
import { makeAcceptBotEvent } from "#core/intake/accept-bot-event.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import { mentioningEveryone, mentioningUsers } from "../../../support/messages.ts";
import { bot, difyIntegration, messageEvent, webhookIntegration } from "../../../support/turns.ts";
import { jobTargetOf, setUpIntake } from "./intake-setup.ts";

const setUp = (given: readonly Bot[] = [bot()]) => {
  const intake = setUpIntake(given);
  const acceptBotEvent = makeAcceptBotEvent(intake.ports);
  const accept = (event: MessageEvent, botUserId = "bot-helpdesk") =>
    acceptBotEvent("app-one", botUserId, event);
  return { ...intake, acceptBotEvent, accept, jobTargets: () => intake.jobs().map(jobTargetOf) };
};

const inGroup = (content: string, type: EventType = "message:group_mentioned") =>
  messageEvent({ channelType: "GROUP", toUserId: "g1", content }, { type });

describe("a bot event from RongCloud", () => {
  test("becomes a job for each integration that it triggers, unchanged", async () => {
    const integrations = [
      webhookIntegration({ events: ["group:user_join", "message:private"] }),
      difyIntegration(),
      difyIntegration({ type: "dify_chat", events: ["group:user_join"] }),
    ];
    const { accept, jobs, clock } = setUp([bot({ integrations })]);
    const event = inGroup('{"operatorId":"u9"}', "group:user_join");
    expect(await accept(event)).toEqual({ status: "accepted", jobs: 2 });
    expect(jobs()).toEqual(
      ["webhook", "dify_chat"].map((integrationType) => ({
        appKey: "app-one",
        botUserId: "bot-helpdesk",
        integrationType,
        event,
        acceptedAt: clock.now(),
      })),
    );
  });

  test("reaches only that bot, even if it mentions others", async () => {
    const { accept, jobTargets } = setUp([bot(), bot({ userId: "b2" })]);
    await accept(inGroup(mentioningUsers("b2", "bot-helpdesk")));
    expect(jobTargets()).toEqual(["bot-helpdesk dify_chatflow"]);
  });

  test("is timed from when it arrived", async () => {
    const { accept, bots, clock, jobs } = setUp();
    const cameIn = clock.now();
    const { find } = bots;
    bots.find = async (...asked) => {
      await clock.advance(2_000);
      return find(...asked);
    };
    await accept(messageEvent());
    expect(jobs()).toMatchObject([{ acceptedAt: cameIn }]);
  });

  test("that triggers nothing is ignored", async () => {
    const { accept, dispatched } = setUp();
    expect(await accept(messageEvent({}, { type: "message:private_read" }))).toEqual({
      status: "accepted",
      jobs: 0,
    });
    expect(dispatched).toEqual([]);
  });

  test("for a bot that the app does not have is distinguished from one that triggers nothing", async () => {
    const { accept, acceptBotEvent, dispatched } = setUp([bot(), bot({ userId: "u7" })]);
    expect(await accept(messageEvent(), "bot-gone")).toEqual({ status: "unknown_bot" });
    expect(await acceptBotEvent("app-two", "bot-helpdesk", messageEvent())).toEqual({
      status: "unknown_bot",
    });
    expect(dispatched).toEqual([]);
  });

  test("costs one read, of the bot and of its sender, each named once", async () => {
    const { accept, bots } = setUp();
    await accept(messageEvent());
    await accept(messageEvent({ fromUserId: "bot-helpdesk" }));
    expect(bots.reads).toEqual([
      { appKey: "app-one", find: ["bot-helpdesk", "u7"] },
      { appKey: "app-one", find: ["bot-helpdesk"] },
    ]);
  });

  test("whose jobs were not queued is rejected, so that RongCloud sends it again", async () => {
    const { ports } = setUpIntake([bot()]);
    const dispatchJobs = () => Promise.reject(new Error("the queue is down"));
    const acceptBotEvent = makeAcceptBotEvent({ ...ports, dispatchJobs });
    await expect(acceptBotEvent("app-one", "bot-helpdesk", messageEvent())).rejects.toThrow(
      "the queue is down",
    );
  });
});

describe("an event that a bot sent", () => {
  test.each(["b2", "bot-helpdesk"])(
    "triggers nothing as a message of %s: two bots would talk forever",
    async (fromUserId) => {
      const { accept, dispatched } = setUp([bot(), bot({ userId: "b2" })]);
      expect(await accept(messageEvent({ fromUserId }))).toEqual({ status: "accepted", jobs: 0 });
      expect(await accept({ ...inGroup("{}"), data: { ...inGroup("{}").data, fromUserId } })).toEqual({
        status: "accepted",
        jobs: 0,
      });
      expect(dispatched).toEqual([]);
    },
  );

  test.each([
    "group:bot_join",
    "group:dismiss",
    "message:private_recall",
    "message:group_mentioned_recall",
    "message:private_read",
    "message:group_read",
  ] as const)("still triggers %s: one without a sender is the bot's own", async (type) => {
    const { accept, jobTargets } = setUp([bot({ integrations: [webhookIntegration({ events: [type] })] })]);
    expect(await accept(messageEvent({ fromUserId: "bot-helpdesk" }, { type }))).toEqual({
      status: "accepted",
      jobs: 1,
    });
    expect(jobTargets()).toEqual(["bot-helpdesk webhook"]);
  });
});

describe("a recall in a bot event", () => {
  const recalled = { appKey: "app-one", channelType: "PERSON", targetId: "bot-helpdesk", byUserId: "u7" };
  const type = "message:private_recall";

  test("is stored, and triggers only the integrations that name the event", async () => {
    const integrations = [webhookIntegration({ events: [type] }), difyIntegration()];
    const { accept, recalls, jobTargets } = setUp([bot({ integrations })]);
    expect(await accept(messageEvent({ msgUID: "m1" }, { type }))).toEqual({ status: "accepted", jobs: 1 });
    expect(recalls).toEqual([{ ...recalled, msgUID: "m1", isAdmin: false }]);
    expect(jobTargets()).toEqual(["bot-helpdesk webhook"]);
  });

  test("concerns a message to the bot that the event was sent to", async () => {
    const { accept, recalls } = setUp([bot(), bot({ userId: "b2" })]);
    await accept(messageEvent({ toUserId: "bot-helpdesk" }, { type }), "b2");
    expect(recalls).toMatchObject([{ targetId: "b2" }]);
  });

  test("of an unknown bot, or from a bot, is not stored", async () => {
    const { accept, recalls } = setUp();
    await accept(messageEvent({}, { type }), "b9");
    const objectName = "RC:RcCmd";
    await accept(messageEvent({ objectName, content: '{"messageUId":"m1"}', fromUserId: "bot-helpdesk" }));
    expect(recalls).toEqual([]);
  });

  test("that cannot be stored is rejected, so that RongCloud sends it again", async () => {
    const { ports } = setUpIntake([bot()]);
    const recalls = { add: () => Promise.reject(new Error("throttled")) };
    const acceptBotEvent = makeAcceptBotEvent({ ...ports, recalls });
    await expect(acceptBotEvent("app-one", "bot-helpdesk", messageEvent({}, { type }))).rejects.toThrow(
      "throttled",
    );
  });
});

describe("a mention of everyone in a bot event", () => {
  const integrations = [webhookIntegration({ options: { everyone: true } }), difyIntegration()];

  test("triggers only the integrations that ask for it, as at every other entry point", async () => {
    const { accept, jobTargets } = setUp([bot({ integrations })]);
    expect(await accept(inGroup(mentioningEveryone))).toEqual({ status: "accepted", jobs: 1 });
    expect(jobTargets()).toEqual(["bot-helpdesk webhook"]);
  });

  test("does not exist in private, nor in an event other than a message", async () => {
    const events = ["message:private", "group:user_join"] as const;
    const { accept } = setUp([bot({ integrations: [difyIntegration({ events })] })]);
    expect(await accept(messageEvent({ content: mentioningEveryone }))).toEqual({
      status: "accepted",
      jobs: 1,
    });
    expect(await accept(inGroup(mentioningEveryone, "group:user_join"))).toEqual({
      status: "accepted",
      jobs: 1,
    });
  });
});
