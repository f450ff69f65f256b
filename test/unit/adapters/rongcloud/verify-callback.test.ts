import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { toApiFailure } from "#adapters/api-gateway/api-error.ts";
import { signatureOf } from "#adapters/rongcloud/signature.ts";
import type { Headers } from "#adapters/rongcloud/verify-call.ts";
import { makeVerifyCallback } from "#adapters/rongcloud/verify-callback.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { anyText } from "../node/any-text.ts";
import { app, appsOf } from "../secrets/apps.ts";

const startMs = Date.UTC(2026, 0, 1);
const windowMs = 300_000;

type Query = Readonly<Record<string, string>>;

const makeDoor = (apps = appsOf(app())) => {
  const clock = makeTestClock(startMs);
  const verifyCallback = makeVerifyCallback({ apps, clock, windowMs });
  /** "passed", or the reply that the caller gets. */
  const enter = (query: Query = {}, headers: Headers = {}) =>
    verifyCallback(new URLSearchParams(query), headers).then(
      ({ appKey }) => ({ passed: appKey }),
      (error: unknown) => toApiFailure(error),
    );
  return { clock, enter };
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

/** Under the names that the time has in RongCloud's documents, old and new. */
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

describe("a callback signed by its query", () => {
  test.each([
    ["timestamp", ["timestamp"]],
    ["signTimestamp", ["signTimestamp"]],
    ["both", ["timestamp", "signTimestamp"]],
  ])("passes with its time as %s, and says which app it is for", async (_name, names) => {
    expect(await makeDoor().enter(queryOf(signed(), ...names))).toEqual(passed);
  });

  test("passes with its time in seconds", async () => {
    const query = queryOf(signed({ timestamp: String(startMs / 1000) }), "signTimestamp");
    expect(await makeDoor().enter(query)).toEqual(passed);
  });

  test("passes where one of the two names of its time is empty", async () => {
    const query = { ...queryOf(signed(), "timestamp"), signTimestamp: "" };
    expect(await makeDoor().enter(query)).toEqual(passed);
  });

  test("passes beside parameters that the address has of its own", async () => {
    const query = { source: "rongcloud", ...queryOf(signed(), "timestamp"), v: "2" };
    expect(await makeDoor().enter(query)).toEqual(passed);
  });

  test("passes under each of two secrets while one is rotated", async () => {
    const { enter } = makeDoor(appsOf(app({ secrets: ["new-secret", "secret-of-app-one"] })));
    expect(await enter(queryOf(signed({ secret: "new-secret" }), "timestamp"))).toEqual(passed);
    expect(await enter(queryOf(signed(), "timestamp"))).toEqual(passed);
  });

  test("passes as often as it comes: RongCloud repeats what was not answered in time", async () => {
    const { enter, clock } = makeDoor();
    const query = queryOf(signed(), "timestamp");
    for (let copy = 0; copy < 4; copy += 1) expect(await enter(query)).toEqual(passed);
    await clock.advance(windowMs);
    expect(await enter(query)).toEqual(passed);
  });

  test.each([
    ["five minutes and a millisecond old", -windowMs - 1],
    ["five minutes and a millisecond ahead", windowMs + 1],
  ])("is refused with 1004 when it is %s", async (_name, offBy) => {
    const query = queryOf(signed({ timestamp: String(startMs + offBy) }), "signTimestamp");
    expect(await makeDoor().enter(query)).toEqual(refusedWith(1004, expect.stringMatching(/^timestamp: /)));
  });

  test.each(["appKey", "nonce", "signature"])("is refused with 1004 without its %s", async (name) => {
    const query = queryOf(signed(), "timestamp", "signTimestamp");
    expect(await makeDoor().enter(without(query, name))).toEqual(refusedWith(1004));
    expect(await makeDoor().enter({ ...query, [name]: "" })).toEqual(refusedWith(1004));
  });

  test("is refused with 1004 without its time, and told both names of it", async () => {
    expect(await makeDoor().enter(queryOf(signed()))).toEqual(
      refusedWith(1004, "signTimestamp or timestamp: this query parameter is required"),
    );
  });

  test("is refused with 1004 where it is forged", async () => {
    expect(await makeDoor().enter(forged)).toEqual(refusedWith(1004));
  });

  test("is refused with 1004 where another app's secret signed it", async () => {
    const { enter } = makeDoor(appsOf(app(), app({ appKey: "app-two", secrets: ["secret-of-app-two"] })));
    const query = queryOf(signed({ secret: "secret-of-app-two" }), "timestamp");
    expect(await enter(query)).toEqual(refusedWith(1004));
  });

  test("is refused with 1004 under a time that is not the one which was signed", async () => {
    const query = { ...queryOf(signed(), "timestamp"), timestamp: String(startMs + 1) };
    expect(await makeDoor().enter(query)).toEqual(refusedWith(1004));
  });

  test("is refused with 1001 for an unknown app", async () => {
    const query = queryOf(signed({ appKey: "app-two" }), "timestamp");
    expect(await makeDoor().enter(query)).toEqual(refusedWith(1001));
  });
});

describe("a callback signed by its headers", () => {
  test.each([
    ["with RC-", "rc-"],
    ["without", ""],
  ])("passes, their names %s", async (_name, prefix) => {
    expect(await makeDoor().enter({}, headersOf(signed(), prefix))).toEqual(passed);
  });

  test("passes as often as it comes", async () => {
    const { enter } = makeDoor();
    for (let copy = 0; copy < 4; copy += 1)
      expect(await enter({}, headersOf(signed(), "rc-"))).toEqual(passed);
  });

  test("passes beside a query that says other things, or names the app", async () => {
    const { enter } = makeDoor();
    expect(await enter({ v: "2", appKey: "app-one" }, headersOf(signed(), "rc-"))).toEqual(passed);
  });

  test.each(["app-key", "nonce", "timestamp", "signature"])(
    "is refused with 1004 without its %s, and told so by name",
    async (name) => {
      const headers = { ...headersOf(signed()), [name]: undefined };
      const told = expect.stringMatching(new RegExp(`^${name}: .*required`));
      expect(await makeDoor().enter({}, headers)).toEqual(refusedWith(1004, told));
    },
  );

  test("is refused with 1004 where it is stale or forged", async () => {
    const { enter, clock } = makeDoor();
    const headers = headersOf(signed(), "rc-");
    expect(await enter({}, { ...headers, "rc-signature": "0".repeat(40) })).toEqual(refusedWith(1004));
    await clock.advance(windowMs + 1);
    expect(await enter({}, headers)).toEqual(refusedWith(1004));
  });
});

describe("a callback with a signature in its query and another in its headers", () => {
  test("passes where both are right", async () => {
    expect(await makeDoor().enter(queryOf(signed(), "timestamp"), headersOf(signed()))).toEqual(passed);
  });

  test("counts by its query: what nobody signed there is not let in by the headers", async () => {
    expect(await makeDoor().enter(forged, headersOf(signed()))).toEqual(refusedWith(1004));
  });

  test("passes by its query, whatever headers a proxy has put there", async () => {
    const headers = { "app-key": "another", signature: "0".repeat(40) };
    expect(await makeDoor().enter(queryOf(signed(), "timestamp"), headers)).toEqual(passed);
  });
});

describe("a callback that nobody signed", () => {
  test("is refused with 1004", async () => {
    expect(await makeDoor().enter()).toEqual(refusedWith(1004));
  });

  test("is refused, whatever its query and its headers hold", async () => {
    const { enter } = makeDoor();
    const names = ["appKey", "nonce", "timestamp", "signTimestamp", "app-key", "rc-nonce", "rc-signature"];
    const value = fc.oneof(anyText, fc.constantFrom(...Object.values(signed())));
    const some = fc.dictionary(fc.constantFrom(...names), value);
    const wrong = fc.oneof(anyText, fc.constant("0".repeat(40)), fc.constant(signed().signature.slice(1)));
    await fc.assert(
      fc.asyncProperty(some, some, wrong, async (query, headers, signature) => {
        const refusals = [refusedWith(1004), refusedWith(1001)];
        expect(refusals).toContainEqual(await enter({ ...query, signature }, headers));
        expect(refusals).toContainEqual(
          await enter(query, { ...headers, signature, "rc-signature": signature }),
        );
      }),
    );
  });

  test("is refused with neither the right signature nor the secret in the reply", async () => {
    const told = JSON.stringify(await makeDoor().enter(forged));
    expect(told).not.toContain(signed().signature);
    expect(told).not.toContain("secret-of-app-one");
  });
});
