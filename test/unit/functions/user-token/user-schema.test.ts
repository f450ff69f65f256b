import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import * as v from "valibot";
import { parseFormBody } from "#adapters/api-gateway/parse-body.ts";
import { makeSignUserToken } from "#adapters/secrets/sign-user-token.ts";
import { makeVerifyUserToken } from "#adapters/secrets/verify-user-token.ts";
import { repeatableFields, userSchema } from "../../../../functions/user-token/user-schema.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { refusalOf } from "../../adapters/api-gateway/refusal.ts";
import { app, appsOf } from "../../adapters/secrets/apps.ts";

const parse = (form: Record<string, string>) => parsePairs(Object.entries(form));
const parsePairs = (pairs: [string, string][]) =>
  parseFormBody(userSchema, Buffer.from(String(new URLSearchParams(pairs))), repeatableFields);
const boundTo = (...bots: readonly string[]) =>
  parsePairs([["userId", "u7"], ...bots.map((bot): [string, string] => ["bots", bot])]);

describe("a user", () => {
  test.each(["u7", "U", "7", "a+b=c-d_e", "u".repeat(64)])("may be called %s", (userId) => {
    expect(parse({ userId, name: "Ann", portraitUri: "https://example.com/ann.png" })).toMatchObject({
      userId,
    });
  });

  test("may lack a name and a portrait, or have empty ones", () => {
    expect(parse({ userId: "u7" })).toMatchObject({ userId: "u7" });
    expect(parse({ userId: "u7", name: "", portraitUri: "" })).toMatchObject({ userId: "u7" });
  });

  test.each([
    ["nothing", "", 1002],
    ["more than 64 characters", "u".repeat(65), 1005],
    ["a space", "u 7", 1002],
    ["a slash", "u/7", 1002],
    ["an at sign", "ann@example.com", 1002],
    ["letters beyond ASCII", "用户", 1002],
    ["a line break at the end", "u7\n", 1002],
  ])("may not be called %s", (_name, userId, code) => {
    expect(refusalOf(() => parse({ userId }))).toEqual({
      code,
      errorMessage: expect.stringMatching(/^userId: /),
    });
  });

  test("must have an id", () => {
    expect(refusalOf(() => parse({ name: "Ann" }))).toEqual({
      code: 1002,
      errorMessage: "userId: is required, got nothing",
    });
  });
});

describe("a user's bots", () => {
  test("are all of the app's if none is named", () => {
    expect(parse({ userId: "u7" }).bots).toBeUndefined();
  });

  test("are those that are named, up to twenty", () => {
    expect(boundTo("bot-1", "机器人").bots).toEqual(["bot-1", "机器人"]);
    expect(boundTo(...Array.from({ length: 20 }, (_, n) => `${n}`.padStart(64, "b"))).bots).toHaveLength(20);
  });

  test.each([
    ["more than twenty", Array.from({ length: 21 }, (_, n) => `bot-${n}`), 1002],
    ["an empty id", [""], 1002],
    ["an id of more than 64 characters", ["b".repeat(65)], 1005],
    ["more than fit into a token", Array.from({ length: 11 }, () => "机".repeat(64)), 1002],
  ])("may not include %s", (_name, bots, code) => {
    expect(refusalOf(() => boundTo(...bots))).toEqual({
      code,
      errorMessage: expect.stringMatching(/^bots(\[0\])?: /),
    });
  });

  test("never make a token longer than the limit, whatever their names", async () => {
    const clock = makeTestClock();
    const ours = app();
    const sign = makeSignUserToken({ clock, lifeMs: 60_000 });
    const verify = makeVerifyUserToken({ apps: appsOf(ours), clock });
    const name = fc.oneof(
      fc.string({ unit: "binary", minLength: 1, maxLength: 64 }),
      fc.constantFrom("\u0001", "机", '"', "b").map((letter) => letter.repeat(64)),
    );
    const userId = "u".repeat(64);
    await fc.assert(
      fc.asyncProperty(fc.array(name, { minLength: 1, maxLength: 20 }), async (named) => {
        if (!v.is(userSchema, { userId, bots: named })) return;
        const { bots } = await verify(`Bearer ${await sign(ours, { userId, bots: named })}`);
        expect(bots).toEqual(named);
      }),
    );
  });
});
