import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Bot, BotClientOptions } from "../../../client/src/index.ts";
import { collect } from "../../support/chat/collect.ts";
import type { Cut } from "../../support/chat/cutting-proxy.ts";
import { end } from "../../support/chat/fake-chat.ts";
import type { Step } from "../../support/chat/fake-turn.ts";
import { useChats } from "./chats.ts";

const chats = useChats();
const delta = (content: string): Step => ({ event: "delta", data: { content } });

/** A bot whose client has had a reply from the bridge. */
const reachedBot = async (options?: Partial<BotClientOptions>): Promise<Bot> => {
  const bot = chats().bot(options);
  await bot.conversation();
  return bot;
};

const anyCut: fc.Arbitrary<Cut> = fc.oneof(
  fc.constantFrom("request" as const, "head" as const),
  fc.nat(700).map((afterBytes) => ({ afterBytes })),
);

describe("if the connection breaks,", () => {
  test("the text arrives whole, once and in order, wherever and however often it breaks", async () => {
    const { fake, proxy } = chats();
    const reached = await reachedBot();
    const anyText = fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(anyText, fc.array(anyCut, { maxLength: 6 }), async (contents, cuts) => {
        proxy.clearCuts();
        proxy.cut(...cuts);
        fake.script(() => [...contents.map(delta), end]);
        const before = fake.turns();
        const all = await collect(reached.chat("Hi"));
        const [start, ...events] = all.filter(({ type }) => type !== "retrying");
        expect(start?.type).toBe("start");
        expect(events.flatMap((event) => (event.type === "delta" ? [event.content] : []))).toEqual(contents);
        expect(events.at(-1)).toMatchObject({ type: "end", text: contents.join("") });
        expect(fake.turns()).toBe(before + 1);
      }),
      { numRuns: 60 },
    );
  });

  test.each<Cut>(["request", "head", { afterBytes: 0 }, { afterBytes: 30 }])(
    "before the turn is known (%j), the same request is repeated with the same key",
    async (cut) => {
      const { fake, proxy, bot } = chats();
      proxy.cut(cut);
      expect(await bot().chat("Hi").text()).toBe("You said: Hi");
      const asked = fake.requests();
      expect(asked).toHaveLength(cut === "request" ? 1 : 2);
      expect(new Set(asked.map(({ headers, body }) => `${headers["idempotency-key"]} ${body}`)).size).toBe(1);
      expect(fake.turns()).toBe(1);
    },
  );

  test("after that, the turn is followed from the last event read", async () => {
    const { fake, proxy, bot } = chats();
    fake.script(() => [delta("one "), { untilFollowed: 2 }, delta("two"), end]);
    const answer = bot().chat("Hi");
    const positions: (string | undefined)[] = [];
    for await (const event of answer) {
      positions.push(answer.lastEventId);
      if (event.type === "delta" && event.text === "one ") proxy.cutNow();
    }
    expect(await answer.text()).toBe("one two");
    const [, again] = fake.requests();
    expect(again).toMatchObject({ method: "GET", path: "/v1/bots/bot-001/turns/turn-0/events" });
    expect(again?.headers["last-event-id"]).toBe(positions[1]);
  });

  test("retries are further apart each time, and limited", async () => {
    const { proxy, clock } = chats();
    const bot = await reachedBot();
    proxy.cut(...Array.from({ length: 20 }, (): Cut => "head"));
    await expect(bot.chat("Hi").text()).rejects.toMatchObject({
      code: "unreachable",
      message: `no reply from ${proxy.url} (UND_ERR_SOCKET)`,
      retryable: true,
      status: undefined,
    });
    expect(clock.waits()).toEqual([250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]);
  });

  test("the answer says so before each retry, and why", async () => {
    const { fake, proxy, bot } = chats();
    fake.script(() => [delta("one "), { untilFollowed: 3 }, delta("two"), end]);
    const seen: string[] = [];
    for await (const event of bot().chat("Hi")) {
      seen.push(event.type);
      if (event.type === "delta" && event.text === "one ") {
        proxy.cut("head");
        proxy.cutNow();
      }
      if (event.type !== "retrying") continue;
      const code = event.attempt === 1 ? "connection_lost" : "unreachable";
      expect(event).toMatchObject({ delayMs: 250 * event.attempt, error: { code, retryable: true } });
    }
    expect(seen).toEqual(["start", "delta", "retrying", "retrying", "delta", "end"]);
  });

  test("an answer that ends without its end is lost, and followed again", async () => {
    const { fake, bot } = chats();
    fake.refuse({ status: 200, headers: { "content-type": "text/event-stream" }, body: "" });
    const [first] = await collect(bot().chat("Hi"));
    expect(first).toMatchObject({ type: "retrying", error: { code: "connection_lost" } });
  });

  test("no two clients reconnect at the same time", async () => {
    const { proxy, bot, clock } = chats();
    proxy.cut("head", "head");
    await bot({ random: () => 0.5 })
      .chat("Hi")
      .text();
    expect(clock.waits()).toEqual([375, 750]);
  });

  test("a long answer over a bad connection is not given up while it makes progress", async () => {
    const { fake, proxy, bot } = chats();
    const contents = Array.from({ length: 20 }, (_, index) => `word${index} `);
    fake.script(() => [...contents.map(delta), end]);
    // Each connection delivers a delta or two.
    proxy.cut(...Array.from({ length: 40 }, (): Cut => ({ afterBytes: 150 })));
    expect(await bot().chat("Hi").text()).toBe(contents.join(""));
    expect(proxy.cutsMade()).toBeGreaterThan(8);
  });

  test("an answer that has expired is reported as gone", async () => {
    const { fake, proxy, bot } = chats();
    fake.script(() => [delta("one "), { untilFollowed: 2 }, delta("two"), end]);
    const reading = (async () => {
      for await (const event of bot().chat("Hi")) {
        if (event.type !== "delta") continue;
        fake.refuse({ status: 404, body: { code: 404, errorMessage: "no such turn" } });
        proxy.cutNow();
      }
    })();
    await expect(reading).rejects.toMatchObject({ status: 404, retryable: false });
  });
});
