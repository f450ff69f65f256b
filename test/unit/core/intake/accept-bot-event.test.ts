import { describe, expect, test } from "@jest/globals";
import type { Bot } from "#core/bot/bot.ts";
import type { EventType } from "#core/bot/event-type.ts";
import { makeAcceptBotEvent } from "#core/intake/accept-bot-event.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import { mentioningEveryone, mentioningUsers } from "../../../support/messages.ts";
import { bot, difyIntegration, messageEvent, webhookIntegration } from "../../../support/turns.ts";
import { goalOf, setUpDoor } from "./doors.ts";

const setUp = (given: readonly Bot[] = [bot()]) => {
  const door = setUpDoor(given);
  const acceptBotEvent = makeAcceptBotEvent(door.ports);
  const accept = (event: MessageEvent, botUserId = "bot-helpdesk") =>
    acceptBotEvent("app-one", botUserId, event);
  return { ...door, acceptBotEvent, accept, goals: () => door.jobs().map(goalOf) };
};

const inGroup = (content: string, type: EventType = "message:group_mentioned") =>
  messageEvent({ channelType: "GROUP", toUserId: "g1", content }, { type });

describe("an event that RongCloud tells a bot", () => {
  test("becomes a job for each integration that it triggers, as it was told", async () => {
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

  test("is told to that bot alone, whomever it mentions besides", async () => {
    const { accept, goals } = setUp([bot(), bot({ userId: "b2" })]);
    await accept(inGroup(mentioningUsers("b2", "bot-helpdesk")));
    expect(goals()).toEqual(["bot-helpdesk dify_chatflow"]);
  });

  test("counts from when it came in", async () => {
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

  test("that triggers nothing is left alone", async () => {
    const { accept, dispatched } = setUp();
    expect(await accept(messageEvent({}, { type: "message:private_read" }))).toEqual({
      status: "accepted",
      jobs: 0,
    });
    expect(dispatched).toEqual([]);
  });

  test("for a bot that the app does not have is told from one that triggers nothing", async () => {
    const { accept, acceptBotEvent, dispatched } = setUp([bot(), bot({ userId: "u7" })]);
    expect(await accept(messageEvent(), "bot-gone")).toEqual({ status: "unknown_bot" });
    expect(await acceptBotEvent("app-two", "bot-helpdesk", messageEvent())).toEqual({
      status: "unknown_bot",
    });
    expect(dispatched).toEqual([]);
  });

  test("costs one read, of the bot and of who sent it, each named once", async () => {
    const { accept, bots } = setUp();
    await accept(messageEvent());
    await accept(messageEvent({ fromUserId: "bot-helpdesk" }));
    expect(bots.reads).toEqual([
      { appKey: "app-one", find: ["bot-helpdesk", "u7"] },
      { appKey: "app-one", find: ["bot-helpdesk"] },
    ]);
  });

  test("whose jobs were not queued is refused, so that RongCloud tells it again", async () => {
    const { ports } = setUpDoor([bot()]);
    const dispatchJobs = () => Promise.reject(new Error("the queue is down"));
    const acceptBotEvent = makeAcceptBotEvent({ ...ports, dispatchJobs });
    await expect(acceptBotEvent("app-one", "bot-helpdesk", messageEvent())).rejects.toThrow(
      "the queue is down",
    );
  });
});

describe("an event that bears a bot's name", () => {
  test.each(["b2", "bot-helpdesk"])(
    "fires nothing as a message of %s: two bots would talk for ever",
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
  ] as const)("still tells of %s: one that names nobody is the bot's own", async (type) => {
    const { accept, goals } = setUp([bot({ integrations: [webhookIntegration({ events: [type] })] })]);
    expect(await accept(messageEvent({ fromUserId: "bot-helpdesk" }, { type }))).toEqual({
      status: "accepted",
      jobs: 1,
    });
    expect(goals()).toEqual(["bot-helpdesk webhook"]);
  });
});

describe("a mention of everyone that RongCloud tells a bot", () => {
  const integrations = [webhookIntegration({ options: { everyone: true } }), difyIntegration()];

  test("triggers those integrations alone that ask for it, as by every other door", async () => {
    const { accept, goals } = setUp([bot({ integrations })]);
    expect(await accept(inGroup(mentioningEveryone))).toEqual({ status: "accepted", jobs: 1 });
    expect(goals()).toEqual(["bot-helpdesk webhook"]);
  });

  test("is none in private, nor in what is no message", async () => {
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
