import { describe, expect, test } from "@jest/globals";
import { matchIntegrations } from "../../../functions/core/matching.ts";
import { bot, difyIntegration, messageEvent, webhookIntegration } from "../../support/turns.ts";

describe("an integration", () => {
  test.each([
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
  ] as const)("%s", (_, given, event, fires) => {
    expect(matchIntegrations(bot({ integrations: [difyIntegration(given)] }), event)).toHaveLength(
      fires ? 1 : 0,
    );
  });

  test("fires on its own, whatever its neighbours do", () => {
    const integrations = [webhookIntegration({ objectNames: ["RC:ImgMsg"] }), difyIntegration()];
    expect(matchIntegrations(bot({ integrations }), messageEvent())).toEqual([integrations[1]]);
  });
});
