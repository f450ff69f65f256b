import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { SignJWT, UnsecuredJWT } from "jose";
import { toApiFailure } from "#adapters/api-gateway/api-error.ts";
import type { AppSecrets, AppWithKeys } from "#adapters/secrets/app-secrets.ts";
import { makeSignUserToken } from "#adapters/secrets/sign-user-token.ts";
import { makeVerifyUserToken } from "#adapters/secrets/verify-user-token.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { app, appsOf, namedKey } from "./apps.ts";

const startMs = Date.UTC(2026, 0, 1) + 123;
const hourMs = 60 * 60 * 1000;
const lifeMs = 24 * hourMs;
const one = app({ tokenKeys: [namedKey("t2", 3), namedKey("t1", 2)] });
const two = app({ appKey: "app-two", tokenKeys: [namedKey("t2", 9)] });

const give = (of: AppWithKeys = one, bots?: readonly string[], atMs = startMs) =>
  makeSignUserToken({ clock: makeTestClock(atMs), lifeMs })(of, { userId: "u7", bots });

interface Check {
  readonly atMs?: number;
  readonly apps?: Pick<AppSecrets, "find">;
}

const check = (authorization: string | undefined, { atMs = startMs, apps = appsOf(one, two) }: Check = {}) =>
  makeVerifyUserToken({ apps, clock: makeTestClock(atMs) })(authorization);

/** The reply to a client with this header. */
const refusalOf = async (authorization: string | undefined, given: Check = {}): Promise<string> => {
  const error: unknown = await check(authorization, given).then(
    () => Promise.reject(new Error("the token was accepted")),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(BridgeError);
  const { status, body } = toApiFailure(error);
  expect({ status, code: body.code }).toEqual({ status: 401, code: 1004 });
  return body.errorMessage;
};

const malformed = "token: must be a token issued by /user/getToken.json";
const wrongSignature = "token: its signature is invalid or its key was removed; get a new token";
const unknownKey = "token: signed with an unknown key; get a new token";

describe("a user's token", () => {
  test("contains its user, its app, and when it was issued, to the millisecond", async () => {
    expect(await check(`Bearer ${await give()}`)).toEqual({
      appKey: "app-one",
      userId: "u7",
      bots: undefined,
      issuedAt: startMs,
    });
  });

  test("contains the bots to which it is bound", async () => {
    const user = await check(`Bearer ${await give(one, ["bot-1", "bot-2"])}`);
    expect(user.bots).toEqual(["bot-1", "bot-2"]);
  });

  test.each(["bearer", "BEARER", "Bearer  "])("may come after %j", async (scheme) => {
    expect(await check(`${scheme} ${await give()}`)).toMatchObject({ userId: "u7" });
  });

  test("signed with the previous key is valid during a rotation, and no longer once that key is removed", async () => {
    const before = await give(app({ tokenKeys: [namedKey("t1", 2)] }));
    expect(await check(`Bearer ${before}`)).toMatchObject({ userId: "u7" });
    const rotated = appsOf(app({ tokenKeys: [namedKey("t3", 4), namedKey("t2", 3)] }));
    expect(await refusalOf(`Bearer ${before}`, { apps: rotated })).toBe(wrongSignature);
  });

  test("is valid to its last second and not after that", async () => {
    const token = `Bearer ${await give()}`;
    const endMs = startMs - 123 + lifeMs;
    expect(await check(token, { atMs: endMs - 1 })).toMatchObject({ userId: "u7" });
    expect(await refusalOf(token, { atMs: endMs })).toBe("token: has expired; get a new token");
  });

  test("may come from a clock that is a minute ahead, and not from tomorrow", async () => {
    expect(await check(`Bearer ${await give(one, undefined, startMs + 60_000)}`)).toMatchObject({
      issuedAt: startMs + 60_000,
    });
    expect(await refusalOf(`Bearer ${await give(one, undefined, startMs + 60_001)}`)).toBe(
      "token: was issued in the future",
    );
  });

  test("of an app that was removed is rejected like one with an unknown key", async () => {
    expect(await refusalOf(`Bearer ${await give()}`, { apps: appsOf(two) })).toBe(unknownKey);
  });

  test("is not reported as wrong if the apps' secrets cannot be read", async () => {
    const apps = { find: () => Promise.reject(new Error("Secrets Manager is away")) };
    await expect(check(`Bearer ${await give()}`, { apps })).rejects.toThrow("Secrets Manager is away");
  });
});

describe("an invalid token", () => {
  test.each([undefined, ""])("is reported as missing for %j", async (authorization) => {
    expect(await refusalOf(authorization)).toMatch(/^token: is required, as `Authorization: Bearer/);
  });

  test.each([
    "Bearer",
    "Bearer ",
    "Basic dTc6cGFzc3dvcmQ=",
    "Bearer a.b",
    "Bearer a.b.c",
    "Bearer a.b.c.d",
    "Bearer ..",
    "Bearer null",
    "Bearer {}.{}.{}",
  ])("is malformed: %s", async (authorization) => {
    expect(await refusalOf(authorization)).toBe(malformed);
  });

  test("is rejected unparsed if it is longer than any of ours", async () => {
    const apps = { find: () => Promise.reject(new Error("the token was parsed")) };
    const header = Buffer.from('{"alg":"HS256","kid":"t2"}').toString("base64url");
    const payload = Buffer.from(JSON.stringify({ aud: "app-one", x: "x".repeat(4096) })).toString(
      "base64url",
    );
    expect(await refusalOf(`Bearer ${header}.${payload}.AAAA`, { apps })).toBe(
      "token: at most 4096 characters",
    );
    expect(await refusalOf(`Bearer ${" ".repeat(100_000)}`, { apps })).toBe("token: at most 4096 characters");
  });

  test("is rejected with the same message and never quoted", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ unit: "binary", maxLength: 5000 }),
          fc.string().map((text) => `Bearer ${text}`),
          fc
            .tuple(fc.jsonValue(), fc.jsonValue(), fc.string())
            .map((parts) =>
              parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join("."),
            )
            .map((token) => `Bearer ${token}`),
          fc
            .record({
              aud: fc.constantFrom("app-one", "__proto__", "x"),
              kid: fc.constantFrom("t1", "t2", ""),
            })
            .map(({ aud, kid }) =>
              [{ alg: "HS256", kid }, { aud }, "s"]
                .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
                .join("."),
            )
            .map((token) => `Bearer ${token}`),
        ),
        async (authorization) => {
          const message = await refusalOf(authorization);
          expect(message).toMatch(/^token: (is required|must be a token|at most|signed with|its signature)/);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("a token that was tampered with", () => {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  test("is rejected if any one character of it is changed, down to the last bit of its signature", async () => {
    const token = await give(one, ["bot-1"]);
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: token.length - 1 }),
        fc.constantFrom(...alphabet, ".", "=", "+", " "),
        async (at, other) => {
          fc.pre(token[at] !== other);
          await refusalOf(`Bearer ${token.slice(0, at)}${other}${token.slice(at + 1)}`);
        },
      ),
      { numRuns: 300 },
    );
    for (const other of alphabet) {
      if (other !== token.at(-1)) await refusalOf(`Bearer ${token.slice(0, -1)}${other}`);
    }
  });

  test("is rejected if it was shortened or extended anywhere", async () => {
    const token = await give();
    for (let length = 0; length < token.length; length += 1)
      await refusalOf(`Bearer ${token.slice(0, length)}`);
    for (const more of ["A", "=", ".", ".A", " A", "\n"]) await refusalOf(`Bearer ${token}${more}`);
  });

  test("is rejected if one of its claims is another token's", async () => {
    const [header, , signature] = (await give()).split(".");
    const claims = { aud: "app-one", sub: "u8", iat: 1, exp: 9e9 };
    const payload = Buffer.from(JSON.stringify(claims)).toString("base64url");
    expect(await refusalOf(`Bearer ${header}.${payload}.${signature}`)).toBe(wrongSignature);
  });
});

const seconds = Math.floor(startMs / 1000);

describe("a token made elsewhere", () => {
  const claims = { aud: "app-one", sub: "u7", iat: startMs / 1000, exp: seconds + 60 };
  const signed = (changed: Record<string, unknown>, header: object = {}) =>
    new SignJWT({ ...claims, ...changed })
      .setProtectedHeader({ alg: "HS256", ...header })
      .sign(one.tokenKeys[0].key);

  test("is accepted if it is like ours", async () => {
    expect(await check(`Bearer ${await signed({})}`)).toMatchObject({ userId: "u7", issuedAt: startMs });
  });

  test.each<[string, Record<string, unknown>]>([
    ["without a user", { sub: undefined }],
    ["with an empty user", { sub: "" }],
    ["that never expires", { exp: undefined }],
    ["that lives for longer than a revocation is remembered", { exp: seconds + 30 * 24 * 3600 + 1 }],
    ["without its time", { iat: undefined }],
    ["whose time is a string", { iat: String(seconds) }],
    ["bound to something that is not an array", { bots: "bot-1" }],
    ["that is not valid yet", { nbf: seconds + 60 }],
  ])("%s is rejected, even with our key", async (_name, changed) => {
    expect(await refusalOf(`Bearer ${await signed(changed)}`)).toBe(malformed);
  });
});

describe("a token of version 0.2, which names its key,", () => {
  const claims = {
    iss: "bot-bridge",
    aud: "app-one",
    sub: "u7",
    iat: seconds,
    iat_ms: startMs,
    exp: seconds + 60,
  };
  const signed = (
    changed: Record<string, unknown>,
    header: object = {},
    key: Uint8Array = one.tokenKeys[0].key,
  ) =>
    new SignJWT({ ...claims, ...changed })
      .setProtectedHeader({ alg: "HS256", kid: "t2", ...header })
      .sign(key);

  test("is accepted until it expires", async () => {
    expect(await check(`Bearer ${await signed({})}`)).toMatchObject({ userId: "u7", issuedAt: startMs });
    const expired = await refusalOf(`Bearer ${await signed({})}`, { atMs: startMs + 60_000 });
    expect(expired).toBe("token: has expired; get a new token");
  });

  test("without a signing key is rejected, by alg none with and without a signature", async () => {
    const none = new UnsecuredJWT(claims).encode();
    expect(await refusalOf(`Bearer ${none}`)).toBe(malformed);
    expect(await refusalOf(`Bearer ${none}AAAA`)).toBe(malformed);
    const [, , signature] = (await give()).split(".");
    for (const alg of ["none", "None", "NONE", "", "HS384", "HS512"]) {
      const header = Buffer.from(JSON.stringify({ alg, kid: "t2" })).toString("base64url");
      const payload = Buffer.from(JSON.stringify(claims)).toString("base64url");
      expect(await refusalOf(`Bearer ${header}.${payload}.${signature}`)).toBe(malformed);
    }
  });

  test("signed with another key is rejected, under either name", async () => {
    expect(await refusalOf(`Bearer ${await signed({}, {}, Buffer.alloc(32, 77))}`)).toBe(wrongSignature);
    expect(await refusalOf(`Bearer ${await signed({}, { kid: "t1" })}`)).toBe(wrongSignature);
    expect(await refusalOf(`Bearer ${await signed({}, { kid: "d1" })}`)).toBe(unknownKey);
  });

  test("signed with an encryption key is rejected: each key has one purpose", async () => {
    expect(await refusalOf(`Bearer ${await signed({}, { kid: "d1" }, one.dataKeys[0].key)}`)).toBe(
      unknownKey,
    );
  });

  test("signed by another app is rejected, whichever app it names", async () => {
    expect(await check(`Bearer ${await give(two)}`)).toMatchObject({ appKey: "app-two" });
    const theirs = await signed({ aud: "app-one" }, {}, two.tokenKeys[0].key);
    expect(await refusalOf(`Bearer ${theirs}`)).toBe(wrongSignature);
    expect(await refusalOf(`Bearer ${await signed({ aud: "app-three" })}`)).toBe(unknownKey);
    expect(await refusalOf(`Bearer ${await signed({ aud: ["app-one", "app-two"] })}`)).toBe(malformed);
  });

  test("signed with RS256 is rejected, even with our key's name", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const token = await new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "t2" }).sign(privateKey);
    expect(await refusalOf(`Bearer ${token}`)).toBe(malformed);
  });

  test.each<[string, Record<string, unknown>]>([
    ["of another issuer", { iss: "somebody" }],
    ["without an issuer", { iss: undefined }],
    ["without a user", { sub: undefined }],
    ["with an empty user", { sub: "" }],
    ["that never expires", { exp: undefined }],
    ["that lives for longer than a revocation is remembered", { exp: seconds + 30 * 24 * 3600 + 1 }],
    ["without its time", { iat: undefined }],
    ["without its time in milliseconds", { iat_ms: undefined }],
    ["whose two times differ", { iat_ms: startMs - 1000 }],
    ["whose times are strings", { iat_ms: String(startMs) }],
    ["bound to something that is not an array", { bots: "bot-1" }],
    ["that is not valid yet", { nbf: seconds + 60 }],
  ])("%s is rejected, even with our key", async (_name, changed) => {
    expect(await refusalOf(`Bearer ${await signed(changed)}`)).toBe(malformed);
  });

  test("with an unknown critical header is rejected", async () => {
    const header = Buffer.from('{"alg":"HS256","kid":"t2","crit":["x"],"x":1}').toString("base64url");
    const [, payload, signature] = (await give()).split(".");
    expect(await refusalOf(`Bearer ${header}.${payload}.${signature}`)).toBe(malformed);
  });
});
