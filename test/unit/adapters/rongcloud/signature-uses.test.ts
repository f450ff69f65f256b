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
  const ports = {
    apps: appsOf(app({ signatures })),
    clock,
    windowMs: 300_000,
    replays: makeMemoryReplays(clock),
  };
  const verifyCall = makeVerifyCall(ports);
  const verifyCallback = makeVerifyCallback({ ...ports, log: makeMemoryLog() });
  const statusOf = (verified: Promise<unknown>): Promise<number> =>
    verified.then(
      () => 200,
      (error: unknown) => toApiFailure(error).status,
    );
  return {
    clock,
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
