import { describe, expect, test } from "@jest/globals";
import { makeMatchIntegrations } from "#core/intake/matching.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import { bot, difyIntegration, messageEvent, webhookIntegration } from "../../../support/turns.ts";

const matchIntegrations = makeMatchIntegrations((patterns, text) =>
  patterns.some((pattern) => new RegExp(pattern).test(text)),
);

const order = { filter: { contains: ["order"], matches: ["^#[0-9]+$"] } };
const said = (content: string) => ({ content: JSON.stringify({ content }) });

describe("an integration", () => {
  test.each<[string, Partial<ReturnType<typeof difyIntegration>>, MessageEvent, boolean]>([
    ["that names no events fires on a private message", {}, messageEvent(), true],
    [
      "that names no events fires on a mention",
      {},
      messageEvent({}, { type: "message:group_mentioned" }),
      true,
    ],
    [
      "that names no events does not fire on a recall",
      {},
      messageEvent({}, { type: "message:private_recall" }),
      false,
    ],
    [
      "fires on an event that it names",
      { events: ["group:bot_join"] },
      messageEvent({}, { type: "group:bot_join" }),
      true,
    ],
    ["does not fire on one that it does not name", { events: ["group:bot_join"] }, messageEvent(), false],
    ["fires on a message type that it names", { objectNames: ["RC:TxtMsg"] }, messageEvent(), true],
    ["does not fire on another", { objectNames: ["RC:ImgMsg"] }, messageEvent(), false],
    [
      "takes message types for messages alone",
      { objectNames: ["RC:ImgMsg"], events: ["message:private_read"] },
      messageEvent({}, { type: "message:private_read" }),
      true,
    ],
    ["that is off does not fire", { enabled: false }, messageEvent(), false],
    ["with a filter fires on a text that fits it", { options: order }, messageEvent(said("my order")), true],
    ["with a filter fires on a text that fits a pattern", { options: order }, messageEvent(said("#7")), true],
    ["with a filter does not fire on another text", { options: order }, messageEvent(said("hello")), false],
    [
      "with a filter does not fire on a picture",
      { options: order },
      messageEvent({ ...said("my order"), objectName: "RC:ImgMsg" }),
      false,
    ],
    [
      "with a filter does not fire on an event that is no message, whatever it holds",
      { options: order, events: ["message:private_recall"] },
      messageEvent(said("my order"), { type: "message:private_recall" }),
      false,
    ],
    [
      "with a filter does not fire on a message type that it does not name, whatever it says",
      { options: order, objectNames: ["RC:ReferenceMsg"] },
      messageEvent(said("my order")),
      false,
    ],
    [
      "with a filter fires on what is said behind its bot's name",
      { options: { filter: { equals: ["/help"] } } },
      messageEvent(
        { ...said("@Helpdesk\u2005/help"), channelType: "GROUP", toUserId: "g1" },
        { type: "message:group_mentioned" },
      ),
      true,
    ],
  ])("%s", (_, given, event, fires) => {
    expect(matchIntegrations(bot({ integrations: [difyIntegration(given)] }), event)).toHaveLength(
      fires ? 1 : 0,
    );
  });

  test("fires on its own, whatever its neighbours do", () => {
    const integrations = [webhookIntegration({ objectNames: ["RC:ImgMsg"] }), difyIntegration()];
    expect(matchIntegrations(bot({ integrations }), messageEvent())).toEqual([integrations[1]]);
  });

  test("fires on its own, whatever its neighbours' filters say", () => {
    const integrations = [
      webhookIntegration({ options: { filter: { startsWith: ["/help"] } } }),
      difyIntegration({ options: order }),
      difyIntegration({ type: "dify_chat" }),
    ];
    const fired = matchIntegrations(bot({ integrations }), messageEvent(said("/help")));
    expect(fired).toEqual([integrations[0], integrations[2]]);
  });
});
