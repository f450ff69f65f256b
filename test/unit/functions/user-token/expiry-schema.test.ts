import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseFormBody } from "#adapters/api-gateway/parse-body.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { expirySchema, repeatableExpiryFields } from "../../../../functions/user-token/expiry-schema.ts";
import { refusalOf } from "../../adapters/api-gateway/refusal.ts";

const now = Date.UTC(2026, 0, 1);
const dayMs = 24 * 60 * 60 * 1000;
const parse = (form: string) => parseFormBody(expirySchema(now), Buffer.from(form), repeatableExpiryFields);

describe("a revocation", () => {
  test("is of one user or of up to twenty, with or without a time", () => {
    expect(parse(`userId=u7&time=${now}`)).toEqual({ userId: ["u7"], time: now });
    expect(parse("userId=u7&userId=u8")).toEqual({ userId: ["u7", "u8"] });
    expect(parse(Array.from({ length: 20 }, (_, n) => `userId=u${n}`).join("&")).userId).toHaveLength(20);
  });

  test.each([
    ["of no user", "time=1767225600000", "userId: is required, got nothing"],
    [
      "of an invalid user id",
      "userId=u%207",
      'userId[0]: must contain only letters, digits and + = - _, got "u 7"',
    ],
    [
      "of more than twenty",
      Array.from({ length: 21 }, (_, n) => `userId=u${n}`).join("&"),
      "userId: at most 20 entries, got 21",
    ],
    [
      "for a time in seconds, which would revoke nothing",
      "userId=u7&time=1767225600",
      'time: must be milliseconds since the epoch, 13 digits, got "1767225600"',
    ],
    ["for an empty time", "userId=u7&time=", 'time: must be milliseconds since the epoch, 13 digits, got ""'],
    [
      "for a time in the next century, which would lock the user out",
      "userId=u7&time=4102444800000",
      "time: must not be more than a day ahead, got 4102444800000",
    ],
    ["for two times", "userId=u7&time=1&time=2", "time: may be sent only once, got 2"],
  ])("%s is rejected", (_name, form, errorMessage) => {
    expect(refusalOf(() => parse(form))).toEqual({ code: 1002, errorMessage });
  });

  test("may be for a time up to a day ahead", () => {
    expect(parse(`userId=u7&time=${now + dayMs}`)).toMatchObject({ time: now + dayMs });
    expect(() => parse(`userId=u7&time=${now + dayMs + 1}`)).toThrow("must not be more than a day ahead");
  });

  test("is parsed or rejected, whatever the input", () => {
    const field = fc.constantFrom("userId", "time", "bots", "__proto__");
    fc.assert(
      fc.property(fc.array(fc.tuple(field, fc.string({ unit: "binary" })), { maxLength: 30 }), (fields) => {
        try {
          const { userId, time = now } = parse(String(new URLSearchParams(fields)));
          expect(userId.length).toBeGreaterThan(0);
          expect(Number.isSafeInteger(time)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(BridgeError);
        }
      }),
    );
  });
});
