import { describe, expect, test } from "@jest/globals";
import type { IntegrationWithKey } from "#core/bot/integration.ts";
import type { IgnoreReason } from "#core/intake/ignored-message.ts";
import { makeMatchIntegrations } from "#core/intake/matching.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import { bot, difyIntegration, messageEvent, webhookIntegration } from "../../../support/turns.ts";

const match = makeMatchIntegrations((patterns, text) =>
  patterns.some((pattern) => new RegExp(pattern).test(text)),
);

const order = { filter: { contains: ["order"], matches: ["^#[0-9]+$"] } };
const withText = (content: string) => ({ content: JSON.stringify({ content }) });

const triggeredBy = (event: MessageEvent, integrations: readonly IntegrationWithKey[]) =>
  match(bot({ integrations }), event).flatMap(({ integration, ignored }) => (ignored ? [] : [integration]));

describe("an integration", () => {
  test.each<[string, Partial<ReturnType<typeof difyIntegration>>, MessageEvent, IgnoreReason | undefined]>([
    ["that names no events is triggered by a private message", {}, messageEvent(), undefined],
    [
      "that names no events is triggered by a mention",
      {},
      messageEvent({}, { type: "message:group_mentioned" }),
      undefined,
    ],
    [
      "that names no events is not triggered by a recall",
      {},
      messageEvent({}, { type: "message:private_recall" }),
      "event",
    ],
    [
      "is triggered by an event that it names",
      { events: ["group:bot_join"] },
      messageEvent({}, { type: "group:bot_join" }),
      undefined,
    ],
    [
      "is not triggered by one that it does not name",
      { events: ["group:bot_join"] },
      messageEvent(),
      "event",
    ],
    [
      "is triggered by a message type that it names",
      { objectNames: ["RC:TxtMsg"] },
      messageEvent(),
      undefined,
    ],
    ["is not triggered by another", { objectNames: ["RC:ImgMsg"] }, messageEvent(), "object_name"],
    [
      "applies message types only to messages",
      { objectNames: ["RC:ImgMsg"], events: ["message:private_read"] },
      messageEvent({}, { type: "message:private_read" }),
      undefined,
    ],
    ["that is disabled is not triggered", { enabled: false }, messageEvent(), "disabled"],
    [
      "with a filter is triggered by a matching text",
      { options: order },
      messageEvent(withText("my order")),
      undefined,
    ],
    [
      "with a filter is triggered by a text that matches a pattern",
      { options: order },
      messageEvent(withText("#7")),
      undefined,
    ],
    [
      "with a filter is not triggered by another text",
      { options: order },
      messageEvent(withText("hello")),
      "filter",
    ],
    [
      "with a filter is not triggered by a picture",
      { options: order },
      messageEvent({ ...withText("my order"), objectName: "RC:ImgMsg" }),
      "filter",
    ],
    [
      "with a filter is not triggered by an event other than a message, whatever it contains",
      { options: order, events: ["message:private_recall"] },
      messageEvent(withText("my order"), { type: "message:private_recall" }),
      "filter",
    ],
    [
      "with a filter is not triggered by a message type that it does not name, whatever the text",
      { options: order, objectNames: ["RC:ReferenceMsg"] },
      messageEvent(withText("my order")),
      "object_name",
    ],
    [
      "with a filter is triggered by the text after its bot's name",
      { options: { filter: { equals: ["/help"] } } },
      messageEvent(
        { ...withText("@Helpdesk\u2005/help"), channelType: "GROUP", toUserId: "g1" },
        { type: "message:group_mentioned" },
      ),
      undefined,
    ],
  ])("%s", (_, given, event, ignored) => {
    const integration = difyIntegration(given);
    expect(match(bot({ integrations: [integration] }), event)).toEqual([{ integration, ignored }]);
  });

  const commands = { stop: ["/stop"], help: ["/help"], helpText: "Ask me." };

  test.each<[string, Partial<ReturnType<typeof difyIntegration>>, MessageEvent, object]>([
    [
      "is triggered by one of its commands, whatever its filter",
      { options: { ...order, commands } },
      messageEvent(withText(" /STOP ")),
      { ignored: undefined, command: "stop" },
    ],
    [
      "is triggered by a command after its bot's name",
      { options: { commands } },
      messageEvent(
        { ...withText("@Helpdesk /help"), channelType: "GROUP", toUserId: "g1" },
        { type: "message:group_mentioned" },
      ),
      { ignored: undefined, command: "help" },
    ],
    [
      "takes a text that only begins with a command for a question",
      { options: { commands } },
      messageEvent(withText("/stop now")),
      { ignored: undefined },
    ],
    [
      "takes an event other than a message for none",
      { options: { commands }, events: ["message:private_recall"] },
      messageEvent(withText("/stop"), { type: "message:private_recall" }),
      { ignored: undefined },
    ],
    [
      "has no commands if it is disabled",
      { options: { commands }, enabled: false },
      messageEvent(withText("/stop")),
      { ignored: "disabled" },
    ],
  ])("%s", (_, given, event, expected) => {
    const integration = difyIntegration(given);
    expect(match(bot({ integrations: [integration] }), event)).toEqual([{ integration, ...expected }]);
  });

  test("is triggered independently of the bot's other integrations", () => {
    const integrations = [webhookIntegration({ objectNames: ["RC:ImgMsg"] }), difyIntegration()];
    expect(triggeredBy(messageEvent(), integrations)).toEqual([integrations[1]]);
  });

  test("is triggered independently of the other integrations' filters", () => {
    const integrations = [
      webhookIntegration({ options: { filter: { startsWith: ["/help"] } } }),
      difyIntegration({ options: order }),
      difyIntegration({ type: "dify_chat" }),
    ];
    const triggered = triggeredBy(messageEvent(withText("/help")), integrations);
    expect(triggered).toEqual([integrations[0], integrations[2]]);
  });
});
