import { describe, expect, test } from "@jest/globals";
import { parseFormBody } from "../../../../functions/adapters/api-gateway/parse-body.ts";
import { userSchema } from "../../../../functions/user-token/user-schema.ts";
import { refusalOf } from "../../adapters/api-gateway/refusal.ts";

const parse = (form: Record<string, string>) =>
  parseFormBody(userSchema, Buffer.from(String(new URLSearchParams(form))));

describe("a user", () => {
  test.each(["u7", "U", "7", "a+b=c-d_e", "u".repeat(64)])("may be called %s", (userId) => {
    expect(parse({ userId, name: "Ann", portraitUri: "https://example.com/ann.png" })).toMatchObject({
      userId,
    });
  });

  test("may come without a name and a portrait, or with empty ones", () => {
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

  test("must be called something", () => {
    expect(refusalOf(() => parse({ name: "Ann" }))).toEqual({
      code: 1002,
      errorMessage: "userId: is required, got nothing",
    });
  });
});
