import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { decodeProtectedHeader, type JWTVerifyOptions, jwtVerify } from "jose";
import { makeSignUserToken } from "#adapters/secrets/sign-user-token.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { app, namedKey } from "./apps.ts";

const startMs = Date.UTC(2026, 0, 1);
const dayMs = 24 * 60 * 60 * 1000;
const rotating = app({ tokenKeys: [namedKey("t2", 3), namedKey("t1", 2)] });
const [{ key }] = rotating.tokenKeys;

const tokenOf = (userId: string, bots?: readonly string[], lifeMs = dayMs, atMs = startMs) =>
  makeSignUserToken({ clock: makeTestClock(atMs), lifeMs })(rotating, { userId, bots });
const verify = (token: string, options: JWTVerifyOptions = {}, atMs = startMs) =>
  jwtVerify(token, key, {
    currentDate: new Date(atMs),
    audience: "app-one",
    ...options,
  });

describe("a user's token", () => {
  test("belongs to one user of one app, and lives for the configured time", async () => {
    const { payload } = await verify(await tokenOf("u7"), { subject: "u7", algorithms: ["HS256"] });
    expect(payload).toEqual({
      aud: "app-one",
      sub: "u7",
      iat: startMs / 1000,
      exp: (startMs + dayMs) / 1000,
    });
  });

  test("lives for an hour if so configured, and contains its time to the millisecond", async () => {
    const { payload } = await verify(await tokenOf("u7", undefined, dayMs / 24, startMs + 999));
    expect(payload).toMatchObject({
      iat: (startMs + 999) / 1000,
      exp: startMs / 1000 + 60 * 60,
    });
  });

  test("names the bots that it is bound to", async () => {
    const { payload } = await verify(await tokenOf("u7", ["bot-1", "bot-2"]));
    expect(payload.bots).toEqual(["bot-1", "bot-2"]);
  });

  test("has at most 256 characters, as RongCloud promises, whatever the user's id and the time", async () => {
    // RongCloud's App Keys have 13 characters, and its user ids at most 64.
    const rongcloud = app({ appKey: "n19jmcy59f1q9", tokenKeys: [namedKey("k".repeat(32), 3)] });
    const userIds = fc.string({ unit: fc.constantFrom(..."aZ09+=_-"), minLength: 64, maxLength: 64 });
    await fc.assert(
      fc.asyncProperty(userIds, fc.integer({ min: startMs, max: startMs * 3 }), async (userId, atMs) => {
        const sign = makeSignUserToken({ clock: makeTestClock(atMs), lifeMs: dayMs });
        expect((await sign(rongcloud, { userId, bots: undefined })).length).toBeLessThanOrEqual(256);
      }),
    );
  });

  test("is signed with the newest key", async () => {
    const token = await tokenOf("u7");
    expect(decodeProtectedHeader(token)).toEqual({ alg: "HS256" });
    await expect(jwtVerify(token, namedKey("t1", 2).key)).rejects.toMatchObject({
      code: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
    });
  });

  test("is not valid for another app", async () => {
    await expect(verify(await tokenOf("u7"), { audience: "app-two" })).rejects.toMatchObject({
      claim: "aud",
    });
  });

  test("is valid to its last second and not after that", async () => {
    const token = await tokenOf("u7");
    await expect(verify(token, {}, startMs + dayMs - 1000)).resolves.toBeDefined();
    await expect(verify(token, {}, startMs + dayMs)).rejects.toMatchObject({ code: "ERR_JWT_EXPIRED" });
  });
});
