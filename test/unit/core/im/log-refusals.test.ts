import { expect, test } from "@jest/globals";
import type { ImMessages, MessageRoute } from "#core/im/im-messages.ts";
import { withRefusalsLogged } from "#core/im/log-refusals.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { makeTestClock } from "../../../support/test-clock.ts";

const route: MessageRoute = {
  appKey: "app-one",
  fromUserId: "bot-helpdesk",
  channelType: "PERSON",
  targetId: "u7",
};

test("an IM that refuses is logged at once, then every ten seconds with the number of refusals, and the calls fail as before", async () => {
  const [log, clock] = [makeMemoryLog(), makeTestClock()];
  const error = new BridgeError("rate_limited", "the IM answered HTTP 429, code 1008", {
    retryable: true,
    retryAfterMs: 3_000,
  });
  let isRefusing = true;
  const answer = async (): Promise<string> => {
    if (isRefusing) throw error;
    return "m1";
  };
  const im: ImMessages = {
    sendChunk: answer,
    sendText: async () => void (await answer()),
    sendTyping: async () => void (await answer()),
  };
  const { sendChunk, sendText, sendTyping } = withRefusalsLogged({ im, log, clock });
  const chunk = { seq: 1, text: "private words", messageUID: undefined, completeReason: undefined };

  await expect(sendChunk(route, chunk)).rejects.toBe(error);
  await expect(sendText(route, "private words")).rejects.toBe(error);
  await expect(sendTyping(route)).rejects.toBe(error);
  await clock.advance(9_999);
  await expect(sendChunk(route, chunk)).rejects.toBe(error);
  await clock.advance(1);
  await expect(sendChunk(route, chunk)).rejects.toBe(error);
  await expect(sendChunk({ ...route, fromUserId: "bot-sales" }, chunk)).rejects.toBe(error);
  isRefusing = false;
  expect(await sendChunk(route, chunk)).toBe("m1");

  const reason = expect.stringContaining("429");
  const fields = { app: "app-one", code: "rate_limited", reason, retryAfterMs: 3_000 };
  expect(log.lines).toEqual([
    { level: "warn", event: "im_refused", fields: { ...fields, bot: "bot-helpdesk", refusals: 1 } },
    { level: "warn", event: "im_refused", fields: { ...fields, bot: "bot-helpdesk", refusals: 3 } },
    { level: "warn", event: "im_refused", fields: { ...fields, bot: "bot-sales", refusals: 1 } },
  ]);
});
