import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { toApiFailure } from "#adapters/api-gateway/api-error.ts";
import { signatureOf } from "#adapters/rongcloud/signature.ts";
import { makeVerifyCall } from "#adapters/rongcloud/verify-call.ts";
import { makeVerifyCallback } from "#adapters/rongcloud/verify-callback.ts";
import type { SignatureUse } from "#adapters/secrets/app-secrets.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { makeMemoryReplays } from "../../../support/memory-replays.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { app, appsOf } from "../secrets/apps.ts";

const startMs = Date.UTC(2026, 0, 1);

const sign = (nonce = "n-1", timestamp = String(startMs)) => ({
  appKey: "app-one",
  nonce,
  timestamp,
  signature: signatureOf("secret-of-app-one", nonce, timestamp),
});
type Signed = ReturnType<typeof sign>;

/** The server API and the callbacks, with one guard. */
const setUp = (atMs = startMs, signatures: SignatureUse = "once") => {
  const clock = makeTestClock(atMs);
  const replays = makeMemoryReplays(clock);
  const ports = { apps: appsOf(app({ signatures })), clock, windowMs: 300_000, replays };
  const verifyCall = makeVerifyCall(ports);
  const verifyCallback = makeVerifyCallback({ ...ports, log: makeMemoryLog() });
  const statusOf = (verified: Promise<unknown>): Promise<number> =>
    verified.then(
      () => 200,
      (error: unknown) => toApiFailure(error).status,
    );
  return {
    clock,
    remembered: replays.remembered,
    call: ({ appKey, nonce, timestamp, signature }: Signed) =>
      statusOf(verifyCall({ "app-key": appKey, nonce, timestamp, signature })),
    callback: (signed: Signed, body = "message") =>
      statusOf(
        verifyCallback({
          query: new URLSearchParams({ ...signed }),
          headers: {},
          route: "/callbacks/rongcloud/messages",
          body: Buffer.from(body),
        }).then(({ admission }) => admission),
      ),
  };
};

describe("a signature", () => {
  test("of a call of the server API is good for no callback", async () => {
    const { call, callback } = setUp();
    expect(await call(sign())).toBe(200);
    expect(await callback(sign())).toBe(401);
    expect(await call(sign())).toBe(401);
  });

  test("of a callback is good for no call of the server API, and still for its own repetition", async () => {
    const { call, callback } = setUp();
    expect(await callback(sign())).toBe(200);
    expect(await call(sign())).toBe(401);
    expect(await callback(sign())).toBe(200);
  });

  test("is good for the first thing that it is used for, whichever calls come in which order", async () => {
    const use = fc.constantFrom("call", "message", "another message");
    await fc.assert(
      fc.asyncProperty(fc.array(use, { minLength: 1, maxLength: 6 }), async (uses) => {
        const { call, callback } = setUp();
        for (const [at, each] of uses.entries()) {
          const isRepetition = each === uses[0] && each !== "call";
          const status = each === "call" ? await call(sign()) : await callback(sign(), each);
          expect(status).toBe(at === 0 || isRepetition ? 200 : 401);
        }
      }),
    );
  });

  test("is not another one with digits moved from its nonce to its timestamp", async () => {
    // At this time, the seconds after the digits 176 are the same time in milliseconds.
    const seconds = 1_761_761_761;
    const signed = sign("12176", String(seconds));
    const moved = sign("12", `176${seconds}`);
    expect(moved.signature).toBe(signed.signature);
    const { call } = setUp(seconds * 1000);
    expect(await call(signed)).toBe(200);
    expect(await call(moved)).toBe(401);
    expect(await setUp(seconds * 1000).call(moved)).toBe(200);
  });
});

const dayMs = 24 * 60 * 60_000;

/** Divides nonce and timestamp elsewhere: the signature stays the same. */
const divided = ({ appKey, nonce, timestamp, signature }: Signed, digits: number): Signed => {
  const joined = `${nonce}${timestamp}`;
  return { appKey, nonce: joined.slice(0, -digits), timestamp: joined.slice(-digits), signature };
};

const timeOf = ({ timestamp }: Signed): number => Number(timestamp) * (timestamp.length === 10 ? 1000 : 1);

describe("a signature that was used", () => {
  test.each(["once", "reusable"] as const)(
    "is good for nothing when its digits are those of a later time (%s)",
    async (signatures) => {
      const at = 1_801_802_304_000;
      const signed = sign("n1431", String(at));
      const later = divided(signed, 10);
      expect(timeOf(later)).toBe(1_802_304_000_000);
      const { call, callback, clock } = setUp(at, signatures);
      expect(await callback(signed)).toBe(200);
      await clock.advance(timeOf(later) - at);
      expect(await call(later)).toBe(401);
      expect(await callback(later)).toBe(401);
      await clock.advance(7 * dayMs);
      expect(await call(later)).toBe(401);
    },
  );

  test("is good for nothing at any later time that its digits have within ten years, whatever it was used for", async () => {
    const use = fc.constantFrom("call", "callback");
    const signatures = fc.constantFrom("once" as const, "reusable" as const);
    // The last ten digits of these times in milliseconds are times in seconds of the following ten years.
    const time = fc.integer({ min: 1_801_795_867, max: 1_802_110_000 });
    const timestamp = fc.oneof(
      time.map((seconds) => String(seconds * 1000)),
      time.map(String),
    );
    const nonce = fc.oneof(
      fc.string({ minLength: 1, maxLength: 8, unit: "grapheme-ascii" }),
      fc.integer({ min: 175_000, max: 999_211 }).map(String),
    );
    await fc.assert(
      fc.asyncProperty(
        nonce,
        timestamp,
        use,
        use,
        signatures,
        async (nonce, timestamp, first, second, signatures) => {
          const signed = sign(nonce, timestamp);
          const later = divided(signed, timestamp.length === 10 ? 13 : 10);
          const afterMs = timeOf(later) - timeOf(signed);
          fc.pre(
            /^\d+$/.test(later.timestamp) && later.nonce !== "" && afterMs > 0 && afterMs < 3_650 * dayMs,
          );
          const { clock, ...bridge } = setUp(timeOf(signed), signatures);
          expect(await bridge[first](signed)).toBe(200);
          await clock.advance(afterMs);
          expect(await bridge[second](later)).toBe(401);
        },
      ),
    );
  });

  test("is recorded no longer than it is valid, if its digits have no later time within ten years", async () => {
    const { call, remembered } = setUp();
    expect(await call(sign())).toBe(200);
    expect([...remembered.values()]).toEqual([startMs + 300_000 + 60_000]);
  });
});

describe("a signature of an app whose signatures are reusable", () => {
  test("is good for every call of a process, for days, with other bodies and the same", async () => {
    const { call, clock } = setUp(startMs, "reusable");
    for (let day = 0; day < 100; day += 1) {
      expect(await call(sign())).toBe(200);
      await clock.advance(dayMs);
    }
  });

  test("is good for a first call up to a week after it was made", async () => {
    expect(await setUp(startMs + 7 * dayMs, "reusable").call(sign())).toBe(200);
    expect(await setUp(startMs + 7 * dayMs + 1, "reusable").call(sign())).toBe(401);
  });

  test("is good until it was not used for thirty days", async () => {
    const { call, clock } = setUp(startMs, "reusable");
    expect(await call(sign())).toBe(200);
    await clock.advance(30 * dayMs - 1);
    expect(await call(sign())).toBe(200);
    await clock.advance(30 * dayMs);
    expect(await call(sign())).toBe(401);
  });

  test("is good until it was not used for thirty days, also if its digits have a later time", async () => {
    const at = 1_801_802_304_000;
    const { call, clock } = setUp(at, "reusable");
    expect(await call(sign("n-1", String(at)))).toBe(200);
    await clock.advance(30 * dayMs - 1);
    expect(await call(sign("n-1", String(at)))).toBe(200);
    await clock.advance(30 * dayMs);
    expect(await call(sign("n-1", String(at)))).toBe(401);
  });

  test("is good for no callback once it was used for a call", async () => {
    const { call, callback } = setUp(startMs, "reusable");
    expect(await call(sign())).toBe(200);
    expect(await callback(sign())).toBe(401);
    expect(await call(sign())).toBe(200);
  });

  test("is good for no call at any time if it is a callback's", async () => {
    const { call, callback, clock } = setUp(startMs, "reusable");
    expect(await callback(sign())).toBe(200);
    for (let day = 0; day < 60; day += 1) {
      expect(await call(sign())).toBe(401);
      await clock.advance(dayMs);
    }
  });

  test("is good for a callback within five minutes only", async () => {
    expect(await setUp(startMs + 300_001, "reusable").callback(sign())).toBe(401);
  });

  test("is good no more than five minutes before its time", async () => {
    expect(await setUp(startMs - 300_000, "reusable").call(sign())).toBe(200);
    expect(await setUp(startMs - 300_001, "reusable").call(sign())).toBe(401);
  });

  test.each(["wh-1", "bb-im-1"])("is good for nothing if it is the bridge's own: nonce %s", async (nonce) => {
    const { call, callback } = setUp(startMs, "reusable");
    expect(await call(sign(nonce))).toBe(401);
    expect(await callback(sign(nonce))).toBe(401);
  });
});
