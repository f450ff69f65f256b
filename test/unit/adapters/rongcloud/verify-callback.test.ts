import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { toApiFailure } from "#adapters/api-gateway/api-error.ts";
import { signatureOf } from "#adapters/rongcloud/signature.ts";
import type { Headers } from "#adapters/rongcloud/verify-call.ts";
import { type Callback, makeVerifyCallback } from "#adapters/rongcloud/verify-callback.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { makeMemoryReplays } from "../../../support/memory-replays.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { anyText } from "../node/any-text.ts";
import { app, appsOf } from "../secrets/apps.ts";

const startMs = Date.UTC(2026, 0, 1);
const windowMs = 300_000;

const route = "/callbacks/rongcloud/messages";
const body = Buffer.from("fromUserId=u7&toUserId=bot-helpdesk");

type Query = Readonly<Record<string, string>>;

const setUp = (apps = appsOf(app())) => {
  const clock = makeTestClock(startMs);
  const log = makeMemoryLog();
  const verifyCallback = makeVerifyCallback({
    apps,
    replays: makeMemoryReplays(clock),
    clock,
    windowMs,
    log,
  });
  /** "passed", or the caller's reply. */
  const verify = (query: Query = {}, headers: Headers = {}, sent: Partial<Callback> = {}) =>
    verifyCallback({ query: new URLSearchParams(query), headers, route, body, ...sent })
      .then(async ({ appKey, admission }) => {
        await admission;
        return { passed: appKey };
      })
      .catch((error: unknown) => toApiFailure(error));
  return { clock, log, verify };
};

const passed = { passed: "app-one" };
const refusedWith = (code: number, message: unknown = expect.any(String)) => ({
  status: 401,
  body: { code, errorMessage: message },
});

const signed = ({
  appKey = "app-one",
  secret = "secret-of-app-one",
  nonce = "n-1",
  timestamp = String(startMs),
} = {}) => ({ appKey, nonce, timestamp, signature: signatureOf(secret, nonce, timestamp) });

type Signed = ReturnType<typeof signed>;

/** The old and new names of the time in RongCloud's documents. */
const queryOf = ({ appKey, nonce, timestamp, signature }: Signed, ...names: readonly string[]): Query => ({
  appKey,
  nonce,
  ...Object.fromEntries(names.map((name) => [name, timestamp])),
  signature,
});
const headersOf = ({ appKey, nonce, timestamp, signature }: Signed, prefix = ""): Headers => ({
  [`${prefix}app-key`]: appKey,
  [`${prefix}nonce`]: nonce,
  [`${prefix}timestamp`]: timestamp,
  [`${prefix}signature`]: signature,
});

const without = (query: Query, name: string): Query =>
  Object.fromEntries(Object.entries(query).filter(([each]) => each !== name));

const forged: Query = { ...queryOf(signed(), "timestamp"), signature: "0".repeat(40) };

describe("a callback signed in its query", () => {
  test.each([
    ["timestamp", ["timestamp"]],
    ["signTimestamp", ["signTimestamp"]],
    ["both", ["timestamp", "signTimestamp"]],
  ])("passes with its time as %s, and identifies its app", async (_name, names) => {
    expect(await setUp().verify(queryOf(signed(), ...names))).toEqual(passed);
  });

  test("passes with its time in seconds", async () => {
    const query = queryOf(signed({ timestamp: String(startMs / 1000) }), "signTimestamp");
    expect(await setUp().verify(query)).toEqual(passed);
  });

  test("passes if one of the two names of its time is empty", async () => {
    const query = { ...queryOf(signed(), "timestamp"), signTimestamp: "" };
    expect(await setUp().verify(query)).toEqual(passed);
  });

  test("passes along with other parameters of the address", async () => {
    const query = { source: "rongcloud", ...queryOf(signed(), "timestamp"), v: "2" };
    expect(await setUp().verify(query)).toEqual(passed);
  });

  test("passes under each of two secrets during a rotation", async () => {
    const { verify } = setUp(appsOf(app({ secrets: ["new-secret", "secret-of-app-one"] })));
    expect(await verify(queryOf(signed({ secret: "new-secret" }), "timestamp"))).toEqual(passed);
    expect(await verify(queryOf(signed(), "timestamp"))).toEqual(passed);
  });

  test("passes each time it comes: RongCloud repeats what was not answered in time", async () => {
    const { verify, clock } = setUp();
    const query = queryOf(signed(), "timestamp");
    for (let copy = 0; copy < 4; copy += 1) expect(await verify(query)).toEqual(passed);
    await clock.advance(windowMs);
    expect(await verify(query)).toEqual(passed);
  });

  test.each([
    ["five minutes and a millisecond old", -windowMs - 1],
    ["five minutes and a millisecond ahead", windowMs + 1],
  ])("is rejected with 1004 when it is %s", async (_name, offBy) => {
    const query = queryOf(signed({ timestamp: String(startMs + offBy) }), "signTimestamp");
    expect(await setUp().verify(query)).toEqual(refusedWith(1004, expect.stringMatching(/^timestamp: /)));
  });

  test.each(["appKey", "nonce", "signature"])("is rejected with 1004 without its %s", async (name) => {
    const query = queryOf(signed(), "timestamp", "signTimestamp");
    expect(await setUp().verify(without(query, name))).toEqual(refusedWith(1004));
    expect(await setUp().verify({ ...query, [name]: "" })).toEqual(refusedWith(1004));
  });

  test("is rejected with 1004 without its time, and both names of it are given", async () => {
    expect(await setUp().verify(queryOf(signed()))).toEqual(
      refusedWith(1004, "signTimestamp or timestamp: this query parameter is required"),
    );
  });

  test("is rejected with 1004 if it is forged", async () => {
    expect(await setUp().verify(forged)).toEqual(refusedWith(1004));
  });

  test("is rejected with 1004 if another app's secret signed it", async () => {
    const { verify } = setUp(appsOf(app(), app({ appKey: "app-two", secrets: ["secret-of-app-two"] })));
    const query = queryOf(signed({ secret: "secret-of-app-two" }), "timestamp");
    expect(await verify(query)).toEqual(refusedWith(1004));
  });

  test("is rejected with 1004 with a time other than the signed one", async () => {
    const query = { ...queryOf(signed(), "timestamp"), timestamp: String(startMs + 1) };
    expect(await setUp().verify(query)).toEqual(refusedWith(1004));
  });

  test("is rejected with 1001 for an unknown app", async () => {
    const query = queryOf(signed({ appKey: "app-two" }), "timestamp");
    expect(await setUp().verify(query)).toEqual(refusedWith(1001));
  });
});

describe("a callback signed in its headers", () => {
  test.each([
    ["with RC-", "rc-"],
    ["without", ""],
  ])("passes, with names %s", async (_name, prefix) => {
    expect(await setUp().verify({}, headersOf(signed(), prefix))).toEqual(passed);
  });

  test("passes each time it comes", async () => {
    const { verify } = setUp();
    for (let copy = 0; copy < 4; copy += 1)
      expect(await verify({}, headersOf(signed(), "rc-"))).toEqual(passed);
  });

  test("passes with an unrelated query, or one that names the app", async () => {
    const { verify } = setUp();
    expect(await verify({ v: "2", appKey: "app-one" }, headersOf(signed(), "rc-"))).toEqual(passed);
  });

  test.each(["app-key", "nonce", "timestamp", "signature"])(
    "is rejected with 1004 without its %s, which is named",
    async (name) => {
      const headers = { ...headersOf(signed()), [name]: undefined };
      const reason = expect.stringMatching(new RegExp(`^${name}: .*required`));
      expect(await setUp().verify({}, headers)).toEqual(refusedWith(1004, reason));
    },
  );

  test("is rejected with 1004 if it is stale or forged", async () => {
    const { verify, clock } = setUp();
    const headers = headersOf(signed(), "rc-");
    expect(await verify({}, { ...headers, "rc-signature": "0".repeat(40) })).toEqual(refusedWith(1004));
    await clock.advance(windowMs + 1);
    expect(await verify({}, headers)).toEqual(refusedWith(1004));
  });
});

describe("a callback with a signature in its query and another in its headers", () => {
  test("passes if both are right", async () => {
    expect(await setUp().verify(queryOf(signed(), "timestamp"), headersOf(signed()))).toEqual(passed);
  });

  test("is judged by its query: valid headers do not make up for a bad signature there", async () => {
    expect(await setUp().verify(forged, headersOf(signed()))).toEqual(refusedWith(1004));
  });

  test("passes by its query, whatever headers a proxy has added", async () => {
    const headers = { "app-key": "another", signature: "0".repeat(40) };
    expect(await setUp().verify(queryOf(signed(), "timestamp"), headers)).toEqual(passed);
  });
});

describe("a callback's signature", () => {
  const query = queryOf(signed(), "timestamp");
  const reused = refusedWith(1004, "signature: already used for another path or body, or another API");

  test.each<[string, Partial<Callback>]>([
    ["body", { body: Buffer.from("fromUserId=u8&toUserId=bot-helpdesk") }],
    ["body, empty", { body: Buffer.alloc(0) }],
    ["path", { route: "/callbacks/rongcloud/bot-events" }],
  ])("is good for no other %s, and logged", async (_what, sent) => {
    const { verify, log } = setUp();
    expect(await verify(query)).toEqual(passed);
    expect(await verify(query, {}, sent)).toEqual(reused);
    expect(log.lines).toEqual([
      {
        level: "warn",
        event: "callback_signature_reused",
        fields: { app: "app-one", route: sent.route ?? route },
      },
    ]);
    expect(await verify(query)).toEqual(passed);
  });

  test("is good for no other body in the headers or in upper case either", async () => {
    const { verify } = setUp();
    const other = { body: Buffer.from("another") };
    expect(await verify(query)).toEqual(passed);
    expect(await verify({}, headersOf(signed(), "rc-"), other)).toEqual(reused);
    const loud = { ...query, signature: signed().signature.toUpperCase() };
    expect(await verify(loud, {}, other)).toEqual(reused);
  });

  test("is not recorded before it is verified: a forged one does not use it up", async () => {
    const { verify } = setUp();
    const other = { body: Buffer.from("another") };
    expect(await verify(forged, {}, other)).toEqual(refusedWith(1004));
    expect(await verify({ ...query, timestamp: "1" }, {}, other)).toEqual(refusedWith(1004));
    expect(await verify(query)).toEqual(passed);
  });
});

describe("a callback without a signature", () => {
  test("is rejected with 1004", async () => {
    expect(await setUp().verify()).toEqual(refusedWith(1004));
  });

  test("is rejected, whatever its query and its headers contain", async () => {
    const { verify } = setUp();
    const names = ["appKey", "nonce", "timestamp", "signTimestamp", "app-key", "rc-nonce", "rc-signature"];
    const value = fc.oneof(anyText, fc.constantFrom(...Object.values(signed())));
    const some = fc.dictionary(fc.constantFrom(...names), value);
    const wrong = fc.oneof(anyText, fc.constant("0".repeat(40)), fc.constant(signed().signature.slice(1)));
    await fc.assert(
      fc.asyncProperty(some, some, wrong, async (query, headers, signature) => {
        const refusals = [refusedWith(1004), refusedWith(1001)];
        expect(refusals).toContainEqual(await verify({ ...query, signature }, headers));
        expect(refusals).toContainEqual(
          await verify(query, { ...headers, signature, "rc-signature": signature }),
        );
      }),
    );
  });

  test("is rejected with neither the right signature nor the secret in the reply", async () => {
    const reason = JSON.stringify(await setUp().verify(forged));
    expect(reason).not.toContain(signed().signature);
    expect(reason).not.toContain("secret-of-app-one");
  });
});
