import { afterEach, describe, expect, test } from "@jest/globals";
import type { AnswerEvent, BotClientOptions } from "../../../client/src/index.ts";
import { startHttpServer } from "../../../local/http-server.ts";
import { eventually } from "../../support/eventually.ts";
import { makeTestClock, type TestClock } from "../../support/test-clock.ts";
import { useChats } from "./chats.ts";

const chats = useChats();

/** The URL of a port that nothing listens on. */
const freePort = async (): Promise<string> => {
  const server = await startHttpServer(0, async () => {});
  await server.close();
  return server.url;
};

const unreachable = (url: string, reason = "") => ({
  code: "unreachable",
  retryable: true,
  message: `no reply from ${url}${reason}: check that url is the bridge's address, with its stage if it has one, and that the bridge runs`,
});

/** Advances the clock in steps until the promise has settled; the time that it took. */
const elapse = async (clock: TestClock, promise: Promise<unknown>): Promise<number> => {
  const start = clock.now();
  let isSettled = false;
  promise.then(
    () => {
      isSettled = true;
    },
    () => {
      isSettled = true;
    },
  );
  while (!isSettled) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    await clock.advance(100);
  }
  return clock.now() - start;
};

describe("a first call that reaches nothing", () => {
  afterEach(() => void Reflect.deleteProperty(globalThis, "location"));

  test.each([
    ["an answer", (options: Partial<BotClientOptions>) => chats().bot(options).chat("Hi").text()],
    ["another call", (options: Partial<BotClientOptions>) => chats().bot(options).conversation()],
  ])("gives up within 5 s, and says what to check: %s", async (_what, ask) => {
    const clock = makeTestClock();
    const url = await freePort();
    const asking = ask({ url, clock, random: () => 0.999 });
    const took = await elapse(clock, asking);
    await expect(asking).rejects.toMatchObject(unreachable(url, " (ECONNREFUSED)"));
    expect(took).toBeGreaterThan(2_000);
    expect(took).toBeLessThanOrEqual(5_000);
  });

  test.each([
    ["https://bots.example.com", ""],
    ["http://bots.example.com", " (browsers block http on an https page)"],
  ])("names what a browser may block for its page: %s", async (url, mixed) => {
    Object.defineProperty(globalThis, "location", {
      value: { origin: "https://shop.example.com" },
      configurable: true,
    });
    // Browsers do not say why.
    const failed = () => Promise.reject(new TypeError("Failed to fetch"));
    await expect(chats().bot({ url, fetch: failed }).chat("Hi").text()).rejects.toMatchObject({
      message: `no reply from ${url}: check that url is the bridge's address, with its stage if it has one${mixed}, and that the bridge runs and has this page's origin, https://shop.example.com, in its setting corsOrigins`,
    });
  });

  test("gives up after 5 s if something accepts connections and never replies", async () => {
    const { fake, bot, proxy } = chats();
    const clock = makeTestClock();
    fake.fallSilent();
    const asking = bot({ clock }).chat("Hi").text();
    const took = await elapse(clock, asking);
    await expect(asking).rejects.toMatchObject(unreachable(proxy.url));
    expect(took).toBeGreaterThanOrEqual(5_000);
    expect(took).toBeLessThan(5_500);
  });

  test("has 5 s again when the user tries again, and succeeds once the bridge runs", async () => {
    const { proxy, bot } = chats();
    const asked = bot();
    proxy.cut("request", "request", "request", "request");
    await expect(asked.chat("Hi").text()).rejects.toMatchObject({ code: "unreachable" });
    const events: AnswerEvent[] = [];
    proxy.cut("request", "request", "request");
    for await (const event of asked.chat("Hi again")) events.push(event);
    expect(events.filter(({ type }) => type === "retrying")).toHaveLength(3);
    expect(events.at(-1)).toMatchObject({ text: "You said: Hi again" });
  });

  test("waits longer than 5 s for a bridge that is there: the conversation may be busy", async () => {
    const { fake, proxy, bot } = chats();
    const clock = makeTestClock();
    const slow: BotClientOptions["fetch"] = async (url, init) => {
      if (url.endsWith("/chat")) await clock.sleep(9_000);
      return fetch(url, init);
    };
    const asking = bot({ clock, fetch: slow }).chat("Hi").text();
    expect(await elapse(clock, asking)).toBeGreaterThanOrEqual(9_000);
    expect(await asking).toBe("You said: Hi");
    const [probe, question] = fake.requests();
    expect(probe).toMatchObject({ method: "GET", path: "/v1/bots/-/conversation" });
    expect(probe?.headers).not.toHaveProperty("authorization");
    expect(question?.path).toBe("/v1/bots/bot-001/chat");
    expect(proxy.open()).toBe(0);
  });

  test("does not count the time that the token takes", async () => {
    const clock = makeTestClock();
    const { bot } = chats();
    const token = async (): Promise<string> => {
      await clock.sleep(20_000);
      return "expired";
    };
    const asking = bot({ clock, token }).conversation();
    await elapse(clock, asking);
    await expect(asking).rejects.toMatchObject({ status: 401 });
  });

  test("ends with the signal's reason if the caller aborts it", async () => {
    const { fake, bot } = chats();
    const clock = makeTestClock();
    fake.fallSilent();
    const controller = new AbortController();
    const asking = bot({ clock }).chat("Hi", { signal: controller.signal }).text();
    await eventually(() => expect(fake.requests()).toHaveLength(1));
    controller.abort(new Error("gone"));
    await expect(asking).rejects.toThrow("gone");
    await clock.advance(10_000);
    expect(fake.requests()).toHaveLength(1);
  });
});
