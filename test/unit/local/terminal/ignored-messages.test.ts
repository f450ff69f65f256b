import { describe, expect, test } from "@jest/globals";
import { type IgnoreReason, ignoreReasons } from "#core/intake/ignored-message.ts";
import { makeIgnoredMessages } from "../../../../local/terminal/ignored-messages.ts";

const setUp = () => {
  const shown: string[] = [];
  return { shown, ...makeIgnoredMessages((text) => void shown.push(text)) };
};

const lineOf = (reason: IgnoreReason, bot?: string, msgUID = "m1") =>
  `${JSON.stringify({
    level: "INFO",
    event: "message_ignored",
    app: "local-app",
    ...(bot !== undefined && { bot }),
    msgUID,
    eventType: "message:private",
    objectName: "RC:TxtMsg",
    reason,
  })}\n`;

const callback = (toUserId: string, msgUID = "m1") => ({
  path: "/callbacks/rongcloud/messages",
  requestBody: new URLSearchParams({ fromUserId: "u7", toUserId, msgUID }).toString(),
  replyBody: '{"code":200}',
});
const published = (toUserId: string, messageUID = "m1") => ({
  path: "/message/private/publish.json",
  requestBody: new URLSearchParams({ fromUserId: "u7", toUserId }).toString(),
  replyBody: JSON.stringify({ code: 200, messageUIDs: [{ userId: toUserId, messageUID }] }),
});

describe("a message that nobody answers", () => {
  test.each([
    ["published", published],
    ["routed by the IM", callback],
  ])("and was %s is explained once, whichever comes first, the log or the reply", (_how, sent) => {
    const { shown, onLogLine, onSent } = setUp();
    onSent(sent("bot-typo"));
    expect(shown).toEqual([]);
    onLogLine(lineOf("no_bot"));
    onLogLine(lineOf("no_bot", undefined, "m2"));
    onSent(sent("bot-other", "m2"));
    onSent(sent("bot-other", "m2"));
    expect(shown).toEqual([
      "nobody answers: there is no bot bot-typo",
      "nobody answers: there is no bot bot-other",
    ]);
  });

  test("is explained for every reason, unless nobody waits for an answer", () => {
    const { shown, onLogLine, onSent } = setUp();
    for (const [n, reason] of ignoreReasons.entries()) {
      onSent(callback("bot-one", `m${n}`));
      onLogLine(lineOf(reason, "bot-one", `m${n}`));
    }
    expect(shown).toEqual([
      "nobody answers: there is no bot bot-one",
      "nobody answers: the message mentions no bot of group bot-one",
      "nobody answers: bot-one has no integration",
      "nobody answers: the integrations of bot-one are disabled",
      "nobody answers: no integration of bot-one takes events of type message:private",
      "nobody answers: no integration of bot-one takes messages of type RC:TxtMsg",
      "nobody answers: the text passes no filter of bot-one",
      "nobody answers: bot-one does not answer messages that mention everyone",
    ]);
  });

  test("is not invented from other lines, calls and replies", () => {
    const { shown, onLogLine, onSent } = setUp();
    onLogLine("message_ignored\n");
    onLogLine(JSON.stringify({ event: "message_ignored", reason: "hungry", msgUID: "m1" }));
    onSent({ ...published("bot-typo"), replyBody: '{"code":1004}' });
    onSent({ ...callback("bot-typo"), path: "/health" });
    onLogLine(lineOf("no_bot"));
    expect(shown).toEqual([]);
  });
});
