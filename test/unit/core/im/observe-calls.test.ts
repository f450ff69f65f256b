import { expect, test } from "@jest/globals";
import type { ImMessages, MessageRoute } from "#core/im/im-messages.ts";
import { withCallsWatched } from "#core/im/observe-calls.ts";

const route: MessageRoute = {
  appKey: "app-one",
  fromUserId: "bot-helpdesk",
  channelType: "PERSON",
  targetId: "u7",
};
const chunkOf = (text: string) => ({ seq: 1, text, messageUID: undefined, completeReason: undefined });

test("what a user gets of an answer are the calls with text that the IM accepts", async () => {
  const seen: unknown[] = [];
  const refusal = new Error("HTTP 429");
  const im: ImMessages = {
    sendChunk: async (_route, { text }) => {
      if (text === "refused") throw refusal;
      return "m1";
    },
    sendText: async () => {},
    sendTyping: async () => {},
  };
  const watched = withCallsWatched(im, {
    onSent: () => seen.push("sent"),
    onRefused: (error) => seen.push(error),
  });
  expect(await watched.sendChunk(route, chunkOf("Hello"))).toBe("m1");
  await watched.sendText(route, "Hello");
  await expect(watched.sendChunk(route, chunkOf("refused"))).rejects.toBe(refusal);
  expect(await watched.sendChunk(route, chunkOf(""))).toBe("m1");
  await watched.sendTyping(route);
  expect(seen).toEqual(["sent", "sent", refusal]);
});
