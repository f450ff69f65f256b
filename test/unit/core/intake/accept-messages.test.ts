import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Bot } from "#core/bot/bot.ts";
import { makeAcceptMessages } from "#core/intake/accept-messages.ts";
import type { IncomingMessage } from "#core/intake/incoming-message.ts";
import {
  groupMessage,
  mentioningEveryone,
  mentioningUsers,
  privateMessage,
} from "../../../support/messages.ts";
import { bot, difyIntegration, webhookIntegration } from "../../../support/turns.ts";
import { jobTargetOf, setUpIntake } from "./intake-setup.ts";

const setUp = (given: readonly Bot[] = [bot()]) => {
  const intake = setUpIntake(given);
  const acceptMessages = makeAcceptMessages(intake.ports);
  const accept = (...messages: IncomingMessage[]) =>
    acceptMessages("app-one", messages[0]?.fromUserId ?? "u7", messages);
  return { ...intake, acceptMessages, accept, jobTargets: () => intake.jobs().map(jobTargetOf) };
};

const all = { everyone: true };
const both = [webhookIntegration(), difyIntegration()];

describe("a message to a bot", () => {
  test("becomes a job for each integration that it triggers, with all that its worker needs", async () => {
    const integrations = [...both, difyIntegration({ type: "dify_chat", enabled: false })];
    const { accept, jobs, clock } = setUp([bot({ integrations })]);
    const message = privateMessage({ source: "iOS" });
    expect(await accept(message)).toEqual({ jobs: 2, fromBot: false });
    const { directedTo: _directedTo, mentions: _mentions, ...data } = message;
    expect(jobs()).toEqual(
      ["webhook", "dify_chatflow"].map((integrationType) => ({
        appKey: "app-one",
        botUserId: "bot-helpdesk",
        integrationType,
        event: { type: "message:private", timestamp: clock.now(), data },
        acceptedAt: clock.now(),
      })),
    );
  });

  test("is timed from when it arrived, however long the lookup of its bot took", async () => {
    const { accept, bots, clock, jobs } = setUp();
    const cameIn = clock.now();
    const { find } = bots;
    bots.find = async (...asked) => {
      await clock.advance(2_000);
      return find(...asked);
    };
    await accept(privateMessage());
    expect(jobs()).toMatchObject([{ acceptedAt: cameIn, event: { timestamp: cameIn } }]);
  });

  test("that triggers none of its integrations is ignored", async () => {
    const { accept, dispatched } = setUp([bot({ integrations: [difyIntegration({ enabled: false })] })]);
    expect(await accept(privateMessage())).toEqual({ jobs: 0, fromBot: false });
    expect(dispatched).toEqual([]);
  });

  test("triggers one integration whatever the filter of another says", async () => {
    const integrations = [
      webhookIntegration({ options: { filter: { equals: ["/help"] } } }),
      difyIntegration(),
    ];
    const { accept, jobTargets } = setUp([bot({ integrations })]);
    await accept(privateMessage());
    expect(jobTargets()).toEqual(["bot-helpdesk dify_chatflow"]);
  });

  test("of another app is a message to an unknown user", async () => {
    const { acceptMessages, dispatched } = setUp();
    expect(await acceptMessages("app-two", "u7", [privateMessage()])).toEqual({ jobs: 0, fromBot: false });
    expect(dispatched).toEqual([]);
  });
});

describe("a message in a group", () => {
  test("reaches the bot that it mentions, as a mention, with the group as its target", async () => {
    const { accept, jobs } = setUp();
    await accept(groupMessage());
    expect(jobs()).toMatchObject([
      { event: { type: "message:group_mentioned", data: { channelType: "GROUP", toUserId: "g1" } } },
    ]);
  });

  test("that mentions no one reaches no bot, not even one with the group's id", async () => {
    const { accept, dispatched } = setUp([bot(), bot({ userId: "g1" })]);
    await accept(groupMessage({ content: '{"content":"hello"}' }));
    expect(dispatched).toEqual([]);
  });

  test("that mentions several bots reaches each, once, in the order of its mentions", async () => {
    const { accept, jobTargets } = setUp([bot({ userId: "b1", integrations: both }), bot({ userId: "b2" })]);
    await accept(groupMessage({ content: mentioningUsers("b2", "u8", "b1", "b2") }));
    expect(jobTargets()).toEqual(["b2 dify_chatflow", "b1 webhook", "b1 dify_chatflow"]);
  });

  test("marks the job if its group shares one context, which a private message never does", async () => {
    const integrations = [difyIntegration({ options: { context: "group" } })];
    const { accept, jobs } = setUp([bot({ integrations })]);
    await accept(groupMessage());
    await accept(privateMessage());
    expect(jobs().map(({ sharesContext }) => sharesContext)).toEqual([true, undefined]);
  });

  test("marks the job as a command, or as one that may be merged", async () => {
    const options = { merge: {}, commands: { stop: ["/stop"] } };
    const { accept, jobs } = setUp([
      bot({ integrations: [webhookIntegration(), difyIntegration({ options })] }),
    ]);
    await accept(privateMessage({ content: '{"content":"hello"}' }));
    await accept(privateMessage({ content: '{"content":"/stop"}' }));
    expect(jobs().map(({ integrationType, merges, command }) => [integrationType, merges, command])).toEqual([
      ["webhook", undefined, undefined],
      ["dify_chatflow", true, undefined],
      ["webhook", undefined, undefined],
      ["dify_chatflow", undefined, "stop"],
    ]);
  });

  test("may not be merged in a context that a group shares, where others would wait for it", async () => {
    const integrations = [difyIntegration({ options: { context: "group", merge: {} } })];
    const { accept, jobs } = setUp([bot({ integrations })]);
    await accept(groupMessage());
    await accept(privateMessage());
    expect(jobs().map(({ merges }) => merges)).toEqual([undefined, true]);
  });

  test("that is a command for one integration is not asked by another", async () => {
    const options = { commands: { stop: ["/stop"] } };
    const integrations = [
      webhookIntegration(),
      difyIntegration({ options }),
      difyIntegration({ type: "dify_chat" }),
    ];
    const { accept, jobTargets } = setUp([bot({ integrations })]);
    await accept(privateMessage({ content: '{"content":"/stop"}' }));
    expect(jobTargets()).toEqual(["bot-helpdesk webhook", "bot-helpdesk dify_chatflow"]);
  });

  test("reaches no bot that is not among its recipients", async () => {
    const { accept, dispatched } = setUp();
    await accept(groupMessage({ directedTo: ["u8"] }));
    expect(dispatched).toEqual([]);
  });
});

describe("a mention of everyone", () => {
  const everyone = groupMessage({ content: mentioningEveryone });
  const withAll = difyIntegration({ type: "dify_chat", options: all });
  const groupBots = [
    bot({ userId: "b1", integrations: [webhookIntegration(), difyIntegration(), withAll] }),
    bot({ userId: "b2" }),
    bot({ userId: "b3", integrations: [webhookIntegration({ options: all })] }),
  ];

  test("triggers only the integrations that ask for it, of every bot", async () => {
    const { accept, jobTargets } = setUp(groupBots);
    await accept(everyone);
    expect(jobTargets()).toEqual(["b1 dify_chat", "b3 webhook"]);
  });

  test("triggers nothing by default", async () => {
    const { accept, dispatched } = setUp([
      bot(),
      bot({ integrations: [difyIntegration({ options: { everyone: false } })] }),
    ]);
    await accept(everyone);
    expect(dispatched).toEqual([]);
  });

  test("must also meet an integration's other conditions", async () => {
    const { accept, dispatched } = setUp([
      bot({ integrations: [webhookIntegration({ options: all, objectNames: ["RC:ImgMsg"] })] }),
    ]);
    await accept(everyone);
    expect(dispatched).toEqual([]);
  });

  test("in a message to some members reaches only these", async () => {
    const { accept, jobTargets } = setUp(groupBots);
    await accept({ ...everyone, directedTo: ["u8", "b3", "b2"] });
    expect(jobTargets()).toEqual(["b3 webhook"]);
  });

  test("does not affect an integration that is mentioned by name", async () => {
    const { accept, jobTargets } = setUp(groupBots);
    await accept(groupMessage({ content: mentioningUsers("b1") }));
    expect(jobTargets()).toEqual(["b1 webhook", "b1 dify_chatflow", "b1 dify_chat"]);
  });
});

describe("a message from a bot", () => {
  test.each([
    ["in private", privateMessage({ fromUserId: "b1", toUserId: "b2" })],
    ["to itself", privateMessage({ fromUserId: "b1", toUserId: "b1" })],
    ["by a mention", groupMessage({ fromUserId: "b1", content: mentioningUsers("b2") })],
    ["by a mention of everyone", groupMessage({ fromUserId: "b1", content: mentioningEveryone })],
  ])(
    "triggers nothing %s, so that two bots do not talk forever, and its sender is logged",
    async (_, message) => {
      const integrations = [difyIntegration({ options: all })];
      const { accept, dispatched } = setUp([
        bot({ userId: "b1", integrations }),
        bot({ userId: "b2", integrations }),
      ]);
      expect(await accept(message)).toEqual({ jobs: 0, fromBot: true });
      expect(dispatched).toEqual([]);
    },
  );
});

describe("a message to several targets", () => {
  const toAll = (...targets: string[]) =>
    targets.map((toUserId, at) => privateMessage({ toUserId, msgUID: `uid-${at}` }));

  test("reaches each bot among them with the id of its own copy, in order, all queued at once", async () => {
    const { accept, jobs, dispatched } = setUp([
      bot({ userId: "b1", integrations: both }),
      bot({ userId: "b2" }),
    ]);
    expect(await accept(...toAll("b2", "u8", "b1"))).toEqual({ jobs: 3, fromBot: false });
    expect(dispatched).toHaveLength(1);
    expect(
      jobs().map((job) => `${jobTargetOf(job)} ${job.event.data.toUserId} ${job.event.data.msgUID}`),
    ).toEqual(["b2 dify_chatflow b2 uid-0", "b1 webhook b1 uid-2", "b1 dify_chatflow b1 uid-2"]);
  });

  test("that are groups makes a mentioned bot answer in each", async () => {
    const { accept, jobs } = setUp();
    await accept(groupMessage({ msgUID: "uid-1" }), groupMessage({ toUserId: "g2", msgUID: "uid-2" }));
    expect(jobs().map(({ event }) => event.data.toUserId)).toEqual(["g1", "g2"]);
  });
});

describe("the reads that a message costs", () => {
  test("are one, of its sender and its addressees, each named once", async () => {
    const { accept, bots } = setUp();
    await accept(privateMessage(), privateMessage({ toUserId: "u8" }), privateMessage({ toUserId: "u7" }));
    expect(bots.reads).toEqual([{ appKey: "app-one", find: ["u7", "bot-helpdesk", "u8"] }]);
  });

  test("do not grow with the users that it names: for many it first asks which are bots", async () => {
    const { accept, bots, jobTargets } = setUp([bot({ userId: "b1" }), bot({ userId: "b2" })]);
    const manyUsers = Array.from({ length: 10_000 }, (_, at) => `u${at}`);
    await accept(groupMessage({ content: mentioningUsers(...manyUsers, "b2") }));
    expect(bots.reads).toEqual([{ appKey: "app-one" }, { appKey: "app-one", find: ["b2"] }]);
    expect(jobTargets()).toEqual(["b2 dify_chatflow"]);
  });

  test("find that the sender is a bot, too, among many targets", async () => {
    const { accept } = setUp([bot({ userId: "b1" }), bot({ userId: "b2" })]);
    const manyUsers = Array.from({ length: 200 }, (_, at) => `u${at}`);
    const content = mentioningUsers(...manyUsers, "b2");
    expect(await accept(groupMessage({ fromUserId: "b1", content }))).toEqual({ jobs: 0, fromBot: true });
  });
});

describe("a recall", () => {
  const content = JSON.stringify({ messageUId: "m1", isAdmin: false });
  const command = { objectName: "RC:RcCmd", msgUID: "m2", content };

  test("of a message to a bot is stored, and triggers nothing", async () => {
    const { accept, recalls, dispatched } = setUp();
    await accept(privateMessage(command));
    expect(recalls).toEqual([
      {
        appKey: "app-one",
        channelType: "PERSON",
        targetId: "bot-helpdesk",
        msgUID: "m1",
        byUserId: "u7",
        isAdmin: false,
      },
    ]);
    expect(dispatched).toEqual([]);
  });

  test("in a group is stored for the group, as it names no bot", async () => {
    const { accept, recalls, bots } = setUp();
    await accept(groupMessage(command));
    expect(recalls).toMatchObject([{ channelType: "GROUP", targetId: "g1", msgUID: "m1" }]);
    expect(bots.reads).toEqual([{ appKey: "app-one", find: ["u7"] }]);
  });

  test("of a message to a user, or by a bot, is not stored", async () => {
    const { accept, acceptMessages, recalls } = setUp();
    await accept(privateMessage({ ...command, toUserId: "u8" }));
    await acceptMessages("app-one", "bot-helpdesk", [
      privateMessage({ ...command, fromUserId: "bot-helpdesk" }),
    ]);
    expect(recalls).toEqual([]);
  });

  test("also triggers the integrations whose objectNames list the command", async () => {
    const integrations = [difyIntegration(), webhookIntegration({ objectNames: ["RC:RcCmd"] })];
    const { accept, recalls, jobTargets } = setUp([bot({ integrations })]);
    await accept(privateMessage(command));
    expect(recalls).toHaveLength(1);
    expect(jobTargets()).toEqual(["bot-helpdesk webhook"]);
  });

  test("that cannot be stored is rejected, so that its sender repeats it", async () => {
    const { ports } = setUpIntake([bot()]);
    const recalls = { add: () => Promise.reject(new Error("throttled")) };
    const acceptMessages = makeAcceptMessages({ ...ports, recalls });
    await expect(acceptMessages("app-one", "u7", [privateMessage(command)])).rejects.toThrow("throttled");
  });
});

describe("a message that triggers nothing leaves its reason:", () => {
  const off = difyIntegration({ enabled: false });
  const filtered = webhookIntegration({ options: { filter: { contains: ["order"] } } });

  test.each<[string, IncomingMessage, readonly (string | undefined)[]]>([
    ["nobody with this id is a bot", privateMessage({ toUserId: "bot-typo" }), [undefined, "no_bot"]],
    ["it mentions no bot", groupMessage({ content: "{}" }), [undefined, "not_mentioned"]],
    ["its sender is a bot", privateMessage({ fromUserId: "bot-off" }), [undefined, "from_bot"]],
    ["the bot has no integration", privateMessage({ toUserId: "bot-bare" }), ["bot-bare", "no_integration"]],
    ["the integration is disabled", privateMessage({ toUserId: "bot-off" }), ["bot-off", "disabled"]],
    [
      "no integration takes its type",
      privateMessage({ objectName: "RC:ReadNtf" }),
      ["bot-helpdesk", "object_name"],
    ],
    [
      "its text matches no filter, although another integration is disabled",
      privateMessage({ toUserId: "bot-filter" }),
      ["bot-filter", "filter"],
    ],
    [
      "it mentions everyone, which the integration does not answer",
      groupMessage({ content: mentioningEveryone, directedTo: [] }),
      ["bot-helpdesk", "only_everyone"],
    ],
  ])("%s", async (_why, message, ignored) => {
    const { accept, ignoredBy, dispatched } = setUp([
      bot(),
      bot({ userId: "bot-bare", integrations: [] }),
      bot({ userId: "bot-off", integrations: [off] }),
      bot({ userId: "bot-filter", integrations: [off, filtered] }),
    ]);
    await accept(message);
    expect(ignoredBy()).toContainEqual(ignored);
    expect(dispatched).toEqual([]);
  });

  test("and one that triggers something has none", async () => {
    const { accept, ignoredBy } = setUp([
      bot({ integrations: [off, filtered, difyIntegration({ type: "dify_chat" })] }),
    ]);
    await accept(privateMessage());
    expect(ignoredBy()).toEqual([]);
  });
});

describe("a message that cannot be accepted", () => {
  test("is rejected if its jobs were not queued, so that its sender repeats it", async () => {
    const { ports } = setUpIntake([bot()]);
    const acceptMessages = makeAcceptMessages({
      ...ports,
      dispatchJobs: () => Promise.reject(new Error("the queue is down")),
    });
    await expect(acceptMessages("app-one", "u7", [privateMessage()])).rejects.toThrow("the queue is down");
  });

  test("is rejected if bots cannot be looked up, and nothing is queued", async () => {
    const { accept, bots, dispatched } = setUp();
    bots.find = () => Promise.reject(new Error("throttled"));
    await expect(accept(privateMessage())).rejects.toThrow("throttled");
    expect(dispatched).toEqual([]);
  });
});

test("whatever its mentions and recipients, a message makes at most one job for an integration, of a bot that it addresses", async () => {
  const names = ["b1", "b2", "b3"];
  const groupBots = names.map((userId) =>
    bot({ userId, integrations: [webhookIntegration(), difyIntegration({ options: all })] }),
  );
  const someIds = fc.array(fc.constantFrom(...names, "u7", "u8"), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(someIds, someIds, fc.boolean(), async (mentioned, directedTo, everyone) => {
      const { accept, jobTargets } = setUp(groupBots);
      const content = everyone ? mentioningEveryone : mentioningUsers(...mentioned);
      await accept(groupMessage({ content, directedTo }));
      const spokenTo = names.filter(
        (name) =>
          (everyone || mentioned.includes(name)) && (directedTo.length === 0 || directedTo.includes(name)),
      );
      const types = everyone ? ["dify_chatflow"] : ["webhook", "dify_chatflow"];
      expect(jobTargets().sort()).toEqual(
        spokenTo.flatMap((name) => types.map((type) => `${name} ${type}`)).sort(),
      );
    }),
  );
});
