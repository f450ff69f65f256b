import { beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Bot } from "#core/bot/bot.ts";
import { eventTypes } from "#core/bot/event-type.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import { closeAfterAll } from "../../../support/close-after.ts";
import { bot, messageEvent } from "../../../support/turns.ts";
import { anyText } from "../node/any-text.ts";
import {
  appSecret,
  base64Library,
  callTo,
  isSignedWith,
  makeCaller,
  type Receiver,
  rawLibrary,
  readWith,
  signedQuery,
  take,
  withReceiver,
} from "./receiver.ts";

/** Lone surrogates too, which UTF-8 cannot encode. */
const anyUnits = fc.string({
  unit: fc
    .oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd800, max: 0xdfff }))
    .map((unit) => String.fromCharCode(unit)),
});
const text = fc.oneof(anyText, anyUnits);
const id = fc.oneof(
  text,
  fc.string({
    minLength: 64,
    maxLength: 64,
    unit: fc.constantFrom("a", "7", "|", ":", "#", "/", "?", "&", ".", " ", ","),
  }),
);
const time = fc.nat({ max: Number.MAX_SAFE_INTEGER });

const anyBot: fc.Arbitrary<Bot> = fc
  .record({ userId: id, name: text, type: text, profileUrl: text, metadata: fc.dictionary(text, text) })
  .map((given) => bot(given));

const anyEvent: fc.Arbitrary<MessageEvent> = fc
  .tuple(
    fc.record(
      {
        fromUserId: id,
        toUserId: id,
        objectName: text,
        content: text,
        channelType: fc.constantFrom("PERSON" as const, "GROUP" as const),
        msgTimestamp: time,
        msgUID: id,
        source: text,
      },
      {
        requiredKeys: [
          "fromUserId",
          "toUserId",
          "objectName",
          "content",
          "channelType",
          "msgTimestamp",
          "msgUID",
        ],
      },
    ),
    fc.record({ type: fc.constantFrom(...eventTypes), timestamp: time }),
  )
  .map(([data, given]) => messageEvent(data, given));

/** Gives one receiver to all tests: its connection is reused, and a run of a property is fast. */
const holdReceiver = () => {
  const opened = Promise.withResolvers<Receiver>();
  const over = Promise.withResolvers<void>();
  const closed = withReceiver(take, async (receiver) => {
    opened.resolve(receiver);
    await over.promise;
  })();
  return {
    opened: opened.promise,
    close: () => {
      over.resolve();
      return closed;
    },
  };
};

describe("whatever it contains,", () => {
  let receiver: Receiver;
  beforeAll(async () => {
    const held = holdReceiver();
    receiver = await held.opened;
    closeAfterAll(held);
  });

  const { callWebhook } = makeCaller();
  const newest = () => {
    const received = receiver.received.at(-1);
    if (!received) throw new Error("no request received");
    return received;
  };

  test("an event reaches the app unchanged, with valid signatures", async () => {
    await fc.assert(
      fc.asyncProperty(anyBot, anyEvent, async (someBot, event) => {
        const call = callTo(receiver.url, { bot: someBot, event });
        expect(await callWebhook(call)).toEqual({ status: "accepted" });
        const { userId, name, profileUrl, type, metadata } = someBot;
        const envelope = { ...event, bot: { userId, name, profileUrl, type, metadata } };
        for (const library of [rawLibrary(appSecret), base64Library(appSecret)]) {
          expect(readWith(library, newest())).toEqual(envelope);
        }
        expect(JSON.parse(newest().body.toString("utf8"))).toEqual(envelope);
        expect(isSignedWith(appSecret, newest())).toBe(true);
      }),
    );
  });

  test("a callback URL keeps its query, and the signature added to it is valid", async () => {
    const pair = fc.tuple(
      fc.oneof(anyText, fc.constantFrom("appKey", "nonce", "timestamp", "signature")),
      anyText,
    );
    const query = fc.oneof(
      fc.array(pair).map((pairs) => `${new URLSearchParams(pairs)}`),
      fc.stringMatching(/^[\w%&=+;/?:@!$'()*,~.-]*$/),
      anyText.filter((given) => !given.includes("#")),
    );
    await fc.assert(
      fc.asyncProperty(query, async (given) => {
        const callbackUrl = `${receiver.url}/callback?${given}`;
        expect(await callWebhook(callTo(callbackUrl))).toEqual({ status: "accepted" });
        const pairs = [...newest().query];
        const own = [...new URL(callbackUrl).searchParams];
        expect(pairs.slice(0, own.length)).toEqual(own);
        expect(pairs.slice(own.length).map(([name]) => name)).toEqual(Object.keys(signedQuery(newest())));
        expect(isSignedWith(appSecret, newest())).toBe(true);
      }),
    );
  });
});
