import { expect, test } from "@jest/globals";
import { ignoredDetail } from "#core/intake/ignored-detail.ts";
import { type IgnoreReason, ignoreReasons } from "#core/intake/ignored-message.ts";
import { difyIntegration, messageEvent } from "../../../support/turns.ts";

const picture = messageEvent({ objectName: "RC:ImgMsg", content: '{"content":"my secret"}' });

test.each<[IgnoreReason, Partial<Parameters<typeof ignoredDetail>[0]>, string]>([
  [
    "object_name",
    { objectNames: ["RC:TxtMsg", "App:Card"] },
    "objectName RC:ImgMsg is not one of RC:TxtMsg, App:Card",
  ],
  [
    "object_name",
    {},
    "objectName RC:ImgMsg is a signal, which only integrations take that name it in objectNames",
  ],
  ["event", { events: ["group:bot_join"] }, "event message:private is not one of group:bot_join"],
  ["event", {}, "event message:private is not one of message:private, message:group_mentioned"],
  [
    "filter",
    { options: { filter: { contains: ["order"], equals: [], matches: ["^x"] } } },
    "the message has no text that matches an entry of contains, matches",
  ],
])("a message ignored for its %s is told what %j takes instead", (reason, given, detail) => {
  expect(ignoredDetail({ events: [], objectNames: [], options: {}, ...given }, picture, reason)).toBe(detail);
});

test("a long list is shortened, and no reason quotes a text", () => {
  const objectNames = Array.from({ length: 64 }, (_, n) => `App:${n}`);
  const integration = difyIntegration({ objectNames, options: { filter: { contains: ["x"] } } });
  const details = ignoreReasons.map((reason) => ignoredDetail(integration, picture, reason));
  expect(details.find((detail) => detail?.startsWith("objectName"))).toMatch(/App:9 and 54 more$/);
  expect(details.join()).not.toContain("secret");
});
