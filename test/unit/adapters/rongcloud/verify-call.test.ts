import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { toApiFailure } from "#adapters/api-gateway/api-error.ts";
import { signatureOf } from "#adapters/rongcloud/signature.ts";
import { type Headers, makeVerifyCall } from "#adapters/rongcloud/verify-call.ts";
import { signedUrl } from "#adapters/webhook/signed-url.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { anyText } from "../node/any-text.ts";
import { app, appsOf } from "../secrets/apps.ts";

const startMs = Date.UTC(2026, 0, 1);
const windowMs = 300_000;

/** The check with a guard that remembers as the guards table does. */
const makeDoor = (apps = appsOf(app())) => {
  const clock = makeTestClock(startMs);
  const remembered = new Map<string, number>();
  const verifyCall = makeVerifyCall({
    apps,
    clock,
    windowMs,
    replays: {
      isFirst: async (request, expiresAt) => {
        if ((remembered.get(request) ?? 0) > clock.now()) return false;
        remembered.set(request, expiresAt);
        return true;
      },
    },
  });
  /** "passed", or the reply that the caller gets. */
  const enter = (headers: Headers) =>
    verifyCall(headers).then(
      ({ appKey }) => ({ passed: appKey }),
      (error: unknown) => toApiFailure(error),
    );
  return { clock, remembered, enter };
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
  test("passes, and says which app it is of", async () => {
    expect(await makeDoor().enter(sign())).toEqual(passed);
  });

  test("passes with the RC- names of the headers", async () => {
    const headers = Object.fromEntries(Object.entries(sign()).map(([name, value]) => [`rc-${name}`, value]));
    expect(await makeDoor().enter(headers)).toEqual(passed);
  });

  test("passes with its timestamp in seconds, as the guide's script and the Java SDK send it", async () => {
    expect(await makeDoor().enter(sign({ timestamp: String(startMs / 1000) }))).toEqual(passed);
  });

  test("passes with a signature in upper case", async () => {
    const headers = sign();
    const loud = { ...headers, signature: headers.signature.toUpperCase() };
    expect(await makeDoor().enter(loud)).toEqual(passed);
  });

  test("passes with a nonce of 64 characters, as the SDKs send longer ones than documented", async () => {
    expect(await makeDoor().enter(sign({ nonce: "n".repeat(64) }))).toEqual(passed);
  });

  test("passes under each of two secrets while one is rotated", async () => {
    const { enter } = makeDoor(appsOf(app({ secrets: ["new-secret", "secret-of-app-one"] })));
    expect(await enter(sign({ secret: "new-secret" }))).toEqual(passed);
    expect(await enter(sign({ nonce: "n-2" }))).toEqual(passed);
  });

  test.each([
    ["five minutes old", -windowMs],
    ["five minutes ahead", windowMs],
  ])("passes when it is %s to the millisecond", async (_name, offBy) => {
    expect(await makeDoor().enter(sign({ timestamp: String(startMs + offBy) }))).toEqual(passed);
  });

  test.each([
    ["five minutes and a second old", -windowMs - 1000, "301 s in the past"],
    ["five minutes and a millisecond old", -windowMs - 1, "in the past"],
    ["five minutes and a second ahead", windowMs + 1000, "301 s in the future"],
    ["five minutes and a millisecond ahead", windowMs + 1, "in the future"],
  ])("is refused with 1004 when it is %s", async (_name, offBy, told) => {
    const reply = await makeDoor().enter(sign({ timestamp: String(startMs + offBy) }));
    expect(reply).toEqual(refusedWith(1004, expect.stringContaining(told)));
  });

  test("is refused with 1004 when it is stale and its timestamp in seconds", async () => {
    const timestamp = String((startMs - windowMs) / 1000 - 1);
    expect(await makeDoor().enter(sign({ timestamp }))).toEqual(refusedWith(1004));
  });

  test.each(["app-key", "nonce", "timestamp", "signature"])(
    "is refused with 1004 without its %s, and told so by name",
    async (name) => {
      const told = expect.stringMatching(new RegExp(`^${name}: .*required`));
      expect(await makeDoor().enter(without(sign(), name))).toEqual(refusedWith(1004, told));
      expect(await makeDoor().enter({ ...sign(), [name]: "" })).toEqual(refusedWith(1004, told));
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
  ])("is refused with 1004 for the timestamp %p", async (timestamp) => {
    const reply = await makeDoor().enter(sign({ timestamp }));
    expect(reply).toEqual(refusedWith(1004, expect.stringMatching(/^timestamp: /)));
  });

  test("is refused with 1004 for a nonce of 65 characters", async () => {
    const reply = await makeDoor().enter(sign({ nonce: "n".repeat(65) }));
    expect(reply).toEqual(refusedWith(1004, "nonce: at most 64 characters, got 65"));
  });

  test("is refused with 1004 where the signature is one that we gave to a webhook, which may be somebody else's", async () => {
    const { searchParams } = signedUrl(
      "https://example.com/hook",
      { appKey: "app-one", secret: "secret-of-app-one" },
      startMs,
    );
    const given = (name: string): string => searchParams.get(name) ?? "";
    const reply = await makeDoor().enter({
      "app-key": given("appKey"),
      nonce: given("nonce"),
      timestamp: given("timestamp"),
      signature: given("signature"),
    });
    expect(reply).toEqual(refusedWith(1004, expect.stringMatching(/^nonce: .*webhook/)));
  });

  test("is refused with 1001 for an unknown App-Key", async () => {
    expect(await makeDoor().enter(sign({ appKey: "app-two" }))).toEqual(refusedWith(1001));
  });

  test("is refused with 1004 when another app's secret signed it", async () => {
    const { enter } = makeDoor(appsOf(app(), app({ appKey: "app-two", secrets: ["secret-of-app-two"] })));
    expect(await enter(sign({ secret: "secret-of-app-two" }))).toEqual(refusedWith(1004));
  });

  test("is refused with neither the right signature nor the secret in the reply", async () => {
    const headers = sign();
    const reply = await makeDoor().enter({ ...headers, signature: "0".repeat(40) });
    expect(reply).toEqual(refusedWith(1004));
    expect(JSON.stringify(reply)).not.toContain(headers.signature);
    expect(JSON.stringify(reply)).not.toContain("secret-of-app-one");
  });

  test("is refused with 1004, whatever its headers hold", async () => {
    const { enter } = makeDoor();
    const value = fc.option(anyText, { nil: undefined });
    const names = ["app-key", "nonce", "timestamp", "signature", "rc-nonce"];
    const headers = fc
      .record(Object.fromEntries(names.map((name) => [name, value])))
      .chain((changed) => fc.constantFrom(changed, { ...sign(), signature: changed.signature }));
    await fc.assert(
      fc.asyncProperty(headers, async (given) => {
        expect([refusedWith(1004), refusedWith(1001)]).toContainEqual(await enter(given));
      }),
    );
  });
});

describe("a call sent twice", () => {
  test("is refused with 1004 the second time", async () => {
    const { enter, clock } = makeDoor();
    expect(await enter(sign())).toEqual(passed);
    await clock.advance(60_000);
    expect(await enter(sign())).toEqual(refusedWith(1004, expect.stringContaining("signature already used")));
  });

  test("is refused with the signature's letters in another case", async () => {
    const { enter } = makeDoor();
    const headers = sign();
    await enter(headers);
    const loud = { ...headers, signature: headers.signature.toUpperCase() };
    expect(await enter(loud)).toEqual(refusedWith(1004));
  });

  test("is refused under the RC- names of the headers", async () => {
    const { enter } = makeDoor();
    await enter(sign());
    const headers = Object.fromEntries(Object.entries(sign()).map(([name, value]) => [`rc-${name}`, value]));
    expect(await enter(headers)).toEqual(refusedWith(1004));
  });

  test("is refused with a letter of another alphabet for a hex digit", async () => {
    const { enter } = makeDoor();
    const headers = sign();
    await enter(headers);
    const disguised = { ...headers, signature: headers.signature.replace("a", "š") };
    expect(disguised).not.toEqual(headers);
    expect(await enter(disguised)).toEqual(refusedWith(1004));
  });

  test.each([
    ["on time", 0],
    ["five minutes ahead", windowMs],
  ])(
    "is refused for as long as a call signed %s would pass, up to the last millisecond",
    async (_name, ahead) => {
      const { enter, clock } = makeDoor();
      const headers = sign({ timestamp: String(startMs + ahead) });
      await enter(headers);
      await clock.advance(ahead + windowMs);
      expect(await enter(headers)).toEqual(refusedWith(1004));
    },
  );

  test("passes as two when each has a nonce of its own", async () => {
    const { enter } = makeDoor();
    await enter(sign({ nonce: "n-1" }));
    expect(await enter(sign({ nonce: "n-2" }))).toEqual(passed);
  });

  test("passes for two apps that made the same nonce at the same time", async () => {
    const { enter } = makeDoor(appsOf(app(), app({ appKey: "app-two" })));
    await enter(sign());
    expect(await enter(sign({ appKey: "app-two" }))).toEqual({ passed: "app-two" });
  });
});

describe("the guard against replays", () => {
  test.each([
    ["a wrong signature", { ...sign(), signature: "0".repeat(40) }],
    ["an unknown app", sign({ appKey: "app-two" })],
    ["a stale timestamp", sign({ timestamp: String(startMs - windowMs - 1) })],
    ["a nonce that is too long", sign({ nonce: "n".repeat(65) })],
  ])("is not written to by a call with %s", async (_name, headers) => {
    const { enter, remembered } = makeDoor();
    expect(await enter(headers)).toMatchObject({ status: 401 });
    expect(remembered.size).toBe(0);
  });

  test("is written to once by a call sent twice", async () => {
    const { enter, remembered } = makeDoor();
    await enter(sign());
    const before = [...remembered];
    await enter(sign());
    expect([...remembered]).toEqual(before);
  });

  test("lets a call through under its right signature after somebody tried it under a wrong one", async () => {
    const { enter } = makeDoor();
    await enter({ ...sign(), signature: "0".repeat(40) });
    expect(await enter(sign())).toEqual(passed);
  });

  test("is handed nothing from which the secret or the nonce could be read", async () => {
    const { enter, remembered } = makeDoor();
    await enter(sign({ nonce: "a-nonce-to-look-for" }));
    expect([...remembered.keys()].join()).toMatch(/^[0-9a-f]{64}$/);
  });
});
