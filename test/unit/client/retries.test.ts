import { describe, expect, test } from "@jest/globals";
import { useChats } from "./chats.ts";

const chats = useChats();
const busy = { status: 409, headers: { "retry-after": "2" }, body: { code: 409, errorMessage: "busy" } };

describe("a call that is rejected for now", () => {
  test.each([
    ["a busy conversation", busy],
    ["too many turns", { status: 429, headers: { "retry-after": "2" }, body: { code: 1008 } }],
  ])("is retried after the time that the bridge names: %s", async (_what, refusal) => {
    const { fake, bot, clock } = chats();
    fake.refuse(refusal, refusal);
    expect(await bot().chat("Hi").text()).toBe("You said: Hi");
    expect(clock.waits()).toEqual([2_250, 2_500]);
    expect(new Set(fake.requests().map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
  });

  test.each([429, 500, 502, 503, 504])(
    "is retried a little later after a %d that names none",
    async (status) => {
      const { fake, bot, clock } = chats();
      fake.refuse({ status });
      expect(await bot().chat("Hi").text()).toBe("You said: Hi");
      expect(clock.waits()).toEqual([250]);
    },
  );

  test("fails with its retry time if that is too long to wait", async () => {
    const { fake, bot, clock } = chats();
    fake.refuse({
      status: 429,
      headers: { "retry-after": "31" },
      body: { code: 1008, errorMessage: "slow down" },
    });
    await expect(bot().chat("Hi").text()).rejects.toMatchObject({
      status: 429,
      code: 1008,
      message: "slow down",
      retryable: true,
      retryAfterMs: 31_000,
    });
    expect(clock.waits()).toEqual([]);
  });

  test("fails after the last retry", async () => {
    const { fake, bot } = chats();
    fake.refuse(...Array.from({ length: 20 }, () => busy));
    await expect(bot().chat("Hi").text()).rejects.toMatchObject({ status: 409, retryAfterMs: 2_000 });
    expect(fake.requests()).toHaveLength(8);
    await expect(bot().suggested("turn-0")).rejects.toMatchObject({ status: 409 });
    expect(fake.requests()).toHaveLength(12);
  });

  test.each([
    [400, 1002],
    [403, 403],
    [404, 404],
    [409, 409],
  ])("is not retried after a %d that time does not fix", async (status, code) => {
    const { fake, bot } = chats();
    fake.refuse({ status, body: { code, errorMessage: "no" } });
    await expect(bot().chat("Hi").text()).rejects.toMatchObject({
      status,
      code,
      message: "no",
      retryable: false,
    });
    expect(fake.requests()).toHaveLength(1);
  });

  test("reports the status if the response is not the bridge's", async () => {
    chats().fake.refuse({ status: 413, body: "<html>" });
    await expect(chats().bot().chat("Hi").text()).rejects.toMatchObject({
      status: 413,
      code: 413,
      message: "HTTP 413",
    });
  });
});
