import { describe, expect, test } from "@jest/globals";
import { makeMatchIntegrations } from "#core/intake/matching.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import { bot, difyIntegration, messageEvent, webhookIntegration } from "../../../support/turns.ts";

const matchIntegrations = makeMatchIntegrations((patterns, text) =>
  patterns.some((pattern) => new RegExp(pattern).test(text)),
);

const order = { filter: { contains: ["order"], matches: ["^#[0-9]+$"] } };
const withText = (content: string) => ({ content: JSON.stringify({ content }) });

describe("an integration", () => {
  test.each<[string, Partial<ReturnType<typeof difyIntegration>>, MessageEvent, boolean]>([
    ["that names no events is triggered by a private message", {}, messageEvent(), true],
    [
      "that names no events is triggered by a mention",
      {},
      messageEvent({}, { type: "message:group_mentioned" }),
      true,
    ],
    [
      "that names no events is not triggered by a recall",
      {},
      messageEvent({}, { type: "message:private_recall" }),
      false,
    ],
    [
      "is triggered by an event that it names",
      { events: ["group:bot_join"] },
      messageEvent({}, { type: "group:bot_join" }),
      true,
    ],
    ["is not triggered by one that it does not name", { events: ["group:bot_join"] }, messageEvent(), false],
    ["is triggered by a message type that it names", { objectNames: ["RC:TxtMsg"] }, messageEvent(), true],
    ["is not triggered by another", { objectNames: ["RC:ImgMsg"] }, messageEvent(), false],
    [
      "applies message types only to messages",
      { objectNames: ["RC:ImgMsg"], events: ["message:private_read"] },
      messageEvent({}, { type: "message:private_read" }),
      true,
    ],
    ["that is disabled is not triggered", { enabled: false }, messageEvent(), false],
    [
      "with a filter is triggered by a matching text",
      { options: order },
      messageEvent(withText("my order")),
      true,
    ],
    [
      "with a filter is triggered by a text that matches a pattern",
      { options: order },
      messageEvent(withText("#7")),
      true,
    ],
    [
      "with a filter is not triggered by another text",
      { options: order },
      messageEvent(withText("hello")),
      false,
    ],
    [
      "with a filter is not triggered by a picture",
      { options: order },
      messageEvent({ ...withText("my order"), objectName: "RC:ImgMsg" }),
      false,
    ],
    [
      "with a filter is not triggered by an event other than a message, whatever it contains",
      { options: order, events: ["message:private_recall"] },
      messageEvent(withText("my order"), { type: "message:private_recall" }),
      false,
    ],
    [
      "with a filter is not triggered by a message type that it does not name, whatever the text",
      { options: order, objectNames: ["RC:ReferenceMsg"] },
      messageEvent(withText("my order")),
      false,
    ],
    [
      "with a filter is triggered by the text after its bot's name",
      { options: { filter: { equals: ["/help"] } } },
      messageEvent(
        { ...withText("@Helpdesk\u2005/help"), channelType: "GROUP", toUserId: "g1" },
        { type: "message:group_mentioned" },
      ),
      true,
    ],
  ])("%s", (_, given, event, fires) => {
    expect(matchIntegrations(bot({ integrations: [difyIntegration(given)] }), event)).toHaveLength(
      fires ? 1 : 0,
    );
  });

  test("is triggered independently of the bot's other integrations", () => {
    const integrations = [webhookIntegration({ objectNames: ["RC:ImgMsg"] }), difyIntegration()];
    expect(matchIntegrations(bot({ integrations }), messageEvent())).toEqual([integrations[1]]);
  });

  test("is triggered independently of the other integrations' filters", () => {
    const integrations = [
      webhookIntegration({ options: { filter: { startsWith: ["/help"] } } }),
      difyIntegration({ options: order }),
      difyIntegration({ type: "dify_chat" }),
    ];
    const triggered = matchIntegrations(bot({ integrations }), messageEvent(withText("/help")));
    expect(triggered).toEqual([integrations[0], integrations[2]]);
  });
});
