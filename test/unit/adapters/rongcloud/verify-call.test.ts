import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { toApiFailure } from "#adapters/api-gateway/api-error.ts";
import { newNonce } from "#adapters/rongcloud/sign-call.ts";
import { imNoncePrefix, signatureOf } from "#adapters/rongcloud/signature.ts";
import { type Headers, makeVerifyCall } from "#adapters/rongcloud/verify-call.ts";
import { signedUrl } from "#adapters/webhook/signed-url.ts";
import { makeMemoryReplays } from "../../../support/memory-replays.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { anyText } from "../node/any-text.ts";
import { app, appsOf } from "../secrets/apps.ts";

const startMs = Date.UTC(2026, 0, 1);
const windowMs = 300_000;

/** The check, with a guard that remembers as the guards table does. */
const setUp = (apps = appsOf(app())) => {
  const clock = makeTestClock(startMs);
  const replays = makeMemoryReplays(clock);
  const verifyCall = makeVerifyCall({ apps, clock, windowMs, replays });
  /** "passed", or the caller's reply. */
  const verify = (headers: Headers) =>
    verifyCall(headers).then(
      ({ appKey }) => ({ passed: appKey }),
      (error: unknown) => toApiFailure(error),
    );
  return { clock, remembered: replays.remembered, verify };
};

const passed = { passed: "app-one" };
const refusedWith = (code: number, message: unknown = expect.any(String)) => ({
  status: 401,
  body: { code, errorMessage: message },
});

const sign = ({
  appKey = "app-one",
  secret = "secret-of-app-one",
  nonce = "n-1",
  timestamp = String(startMs),
} = {}) => ({
  "app-key": appKey,
  nonce,
  timestamp,
  signature: signatureOf(secret, nonce, timestamp),
});

const without = (headers: Headers, name: string): Headers => ({ ...headers, [name]: undefined });

describe("a signed call", () => {
  test("passes, and identifies its app", async () => {
    expect(await setUp().verify(sign())).toEqual(passed);
  });

  test("passes with the RC- names of the headers", async () => {
    const headers = Object.fromEntries(Object.entries(sign()).map(([name, value]) => [`rc-${name}`, value]));
    expect(await setUp().verify(headers)).toEqual(passed);
  });

  test("passes with its timestamp in seconds, as the guide's script and the Java SDK send it", async () => {
    expect(await setUp().verify(sign({ timestamp: String(startMs / 1000) }))).toEqual(passed);
  });

  test("passes with a signature in upper case", async () => {
    const headers = sign();
    const loud = { ...headers, signature: headers.signature.toUpperCase() };
    expect(await setUp().verify(loud)).toEqual(passed);
  });

  test("passes with a nonce of 64 characters, as the SDKs send longer ones than documented", async () => {
    expect(await setUp().verify(sign({ nonce: "n".repeat(64) }))).toEqual(passed);
  });

  test("passes under each of two secrets during a rotation", async () => {
    const { verify } = setUp(appsOf(app({ secrets: ["new-secret", "secret-of-app-one"] })));
    expect(await verify(sign({ secret: "new-secret" }))).toEqual(passed);
    expect(await verify(sign({ nonce: "n-2" }))).toEqual(passed);
  });

  test.each([
    ["five minutes old", -windowMs],
    ["five minutes ahead", windowMs],
  ])("passes when it is %s to the millisecond", async (_name, offBy) => {
    expect(await setUp().verify(sign({ timestamp: String(startMs + offBy) }))).toEqual(passed);
  });

  test.each([
    ["five minutes and a second old", -windowMs - 1000, "301 s in the past"],
    ["five minutes and a millisecond old", -windowMs - 1, "in the past"],
    ["five minutes and a second ahead", windowMs + 1000, "301 s in the future"],
    ["five minutes and a millisecond ahead", windowMs + 1, "in the future"],
  ])("is rejected with 1004 when it is %s", async (_name, offBy, reason) => {
    const reply = await setUp().verify(sign({ timestamp: String(startMs + offBy) }));
    expect(reply).toEqual(refusedWith(1004, expect.stringContaining(reason)));
  });

  test("is rejected with 1004 when it is stale and its timestamp in seconds", async () => {
    const timestamp = String((startMs - windowMs) / 1000 - 1);
    expect(await setUp().verify(sign({ timestamp }))).toEqual(refusedWith(1004));
  });

  test.each(["app-key", "nonce", "timestamp", "signature"])(
    "is rejected with 1004 without its %s, which is named",
    async (name) => {
      const reason = expect.stringMatching(new RegExp(`^${name}: .*required`));
      expect(await setUp().verify(without(sign(), name))).toEqual(refusedWith(1004, reason));
      expect(await setUp().verify({ ...sign(), [name]: "" })).toEqual(refusedWith(1004, reason));
    },
  );

  test.each([
    "yesterday",
    "-1767225600",
    "1767225600.5",
    "1.7e12",
    "176722560",
    "17672256000000",
    " 1767225600",
  ])("is rejected with 1004 for the timestamp %p", async (timestamp) => {
    const reply = await setUp().verify(sign({ timestamp }));
    expect(reply).toEqual(refusedWith(1004, expect.stringMatching(/^timestamp: /)));
  });

  test("is rejected with 1004 for a nonce of 65 characters", async () => {
    const reply = await setUp().verify(sign({ nonce: "n".repeat(65) }));
    expect(reply).toEqual(refusedWith(1004, "nonce: at most 64 characters, got 65"));
  });

  test("is rejected with 1004 if the signature is one that we sent to a webhook, which may be another party's", async () => {
    const { searchParams } = signedUrl(
      "https://example.com/hook",
      { appKey: "app-one", secret: "secret-of-app-one" },
      startMs,
    );
    const given = (name: string): string => searchParams.get(name) ?? "";
    const reply = await setUp().verify({
      "app-key": given("appKey"),
      nonce: given("nonce"),
      timestamp: given("timestamp"),
      signature: given("signature"),
    });
    expect(reply).toEqual(refusedWith(1004, expect.stringMatching(/^nonce: .*webhook/)));
  });

  test("is rejected with 1004 if the signature is one that we sent to the IM", async () => {
    const reply = await setUp().verify(sign({ nonce: newNonce(imNoncePrefix) }));
    expect(reply).toEqual(refusedWith(1004, expect.stringMatching(/^nonce: .*IM/)));
  });

  test("is rejected with 1001 for an unknown App-Key", async () => {
    expect(await setUp().verify(sign({ appKey: "app-two" }))).toEqual(refusedWith(1001));
  });

  test("is rejected with 1004 when another app's secret signed it", async () => {
    const { verify } = setUp(appsOf(app(), app({ appKey: "app-two", secrets: ["secret-of-app-two"] })));
    expect(await verify(sign({ secret: "secret-of-app-two" }))).toEqual(refusedWith(1004));
  });

  test("is rejected with neither the right signature nor the secret in the reply", async () => {
    const headers = sign();
    const reply = await setUp().verify({ ...headers, signature: "0".repeat(40) });
    expect(reply).toEqual(refusedWith(1004));
    expect(JSON.stringify(reply)).not.toContain(headers.signature);
    expect(JSON.stringify(reply)).not.toContain("secret-of-app-one");
  });

  test("is rejected with 1004, whatever its headers contain", async () => {
    const { verify } = setUp();
    const value = fc.option(anyText, { nil: undefined });
    const names = ["app-key", "nonce", "timestamp", "signature", "rc-nonce"];
    const headers = fc
      .record(Object.fromEntries(names.map((name) => [name, value])))
      .chain((changed) => fc.constantFrom(changed, { ...sign(), signature: changed.signature }));
    await fc.assert(
      fc.asyncProperty(headers, async (given) => {
        expect([refusedWith(1004), refusedWith(1001)]).toContainEqual(await verify(given));
      }),
    );
  });
});

describe("a call sent twice", () => {
  test("is rejected with 1004 the second time", async () => {
    const { verify, clock } = setUp();
    expect(await verify(sign())).toEqual(passed);
    await clock.advance(60_000);
    expect(await verify(sign())).toEqual(
      refusedWith(
        1004,
        expect.stringMatching(/^signature: already used; .*new nonce.*"signatures": "reusable"/),
      ),
    );
  });

  test("is rejected with the signature's letters in another case", async () => {
    const { verify } = setUp();
    const headers = sign();
    await verify(headers);
    const loud = { ...headers, signature: headers.signature.toUpperCase() };
    expect(await verify(loud)).toEqual(refusedWith(1004));
  });

  test("is rejected under the RC- names of the headers", async () => {
    const { verify } = setUp();
    await verify(sign());
    const headers = Object.fromEntries(Object.entries(sign()).map(([name, value]) => [`rc-${name}`, value]));
    expect(await verify(headers)).toEqual(refusedWith(1004));
  });

  test("is rejected with a non-ASCII letter for a hex digit", async () => {
    const { verify } = setUp();
    const headers = sign();
    await verify(headers);
    const altered = { ...headers, signature: headers.signature.replace("a", "š") };
    expect(altered).not.toEqual(headers);
    expect(await verify(altered)).toEqual(refusedWith(1004));
  });

  test.each([
    ["on time", 0],
    ["five minutes ahead", windowMs],
  ])(
    "is rejected for as long as a call signed %s would pass, up to the last millisecond",
    async (_name, ahead) => {
      const { verify, clock } = setUp();
      const headers = sign({ timestamp: String(startMs + ahead) });
      await verify(headers);
      await clock.advance(ahead + windowMs);
      expect(await verify(headers)).toEqual(refusedWith(1004));
    },
  );

  test("passes twice if each has its own nonce", async () => {
    const { verify } = setUp();
    await verify(sign({ nonce: "n-1" }));
    expect(await verify(sign({ nonce: "n-2" }))).toEqual(passed);
  });

  test("passes for two apps with the same nonce at the same time", async () => {
    const { verify } = setUp(appsOf(app(), app({ appKey: "app-two" })));
    await verify(sign());
    expect(await verify(sign({ appKey: "app-two" }))).toEqual({ passed: "app-two" });
  });
});

describe("the replay guard", () => {
  test.each([
    ["a wrong signature", { ...sign(), signature: "0".repeat(40) }],
    ["an unknown app", sign({ appKey: "app-two" })],
    ["a stale timestamp", sign({ timestamp: String(startMs - windowMs - 1) })],
    ["a nonce that is too long", sign({ nonce: "n".repeat(65) })],
  ])("is not written for a call with %s", async (_name, headers) => {
    const { verify, remembered } = setUp();
    expect(await verify(headers)).toMatchObject({ status: 401 });
    expect(remembered.size).toBe(0);
  });

  test("is written once for a call sent twice", async () => {
    const { verify, remembered } = setUp();
    await verify(sign());
    const before = [...remembered];
    await verify(sign());
    expect([...remembered]).toEqual(before);
  });

  test("accepts a call with its right signature after an attempt with a wrong one", async () => {
    const { verify } = setUp();
    await verify({ ...sign(), signature: "0".repeat(40) });
    expect(await verify(sign())).toEqual(passed);
  });

  test("receives nothing that reveals the secret or the nonce", async () => {
    const { verify, remembered } = setUp();
    await verify(sign({ nonce: "a-nonce-to-look-for" }));
    expect([...remembered.keys()].join()).toMatch(/^[0-9a-f]{64}$/);
  });
});
