import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import { feedbackSchema } from "../../../../functions/chat-control/feedback-schema.ts";
import { jsonOf, refusalOf } from "../../adapters/api-gateway/refusal.ts";

const parse = (sent: unknown) => parseJsonBody(feedbackSchema, jsonOf(sent));

describe("feedback", () => {
  test.each([{ rating: "like" }, { rating: "dislike", content: "too long" }, { rating: null }])(
    "is %j",
    (sent) => {
      expect(parse(sent)).toEqual(sent);
    },
  );

  test.each<[unknown, string]>([
    [{}, "rating: is required, got nothing"],
    [{ rating: "love" }, 'rating: must be like, dislike or null, got "love"'],
    [{ rating: true }, "rating: must be like, dislike or null, got true"],
    [{ rating: "like", content: "" }, 'content: must not be empty, got ""'],
    [{ rating: "like", content: 5 }, "content: must be a string, got 5"],
    [{ rating: "like", content: "x".repeat(4097) }, "content: at most 4096 characters, got 4097 characters"],
  ])("is not %j", (sent, errorMessage) => {
    expect(refusalOf(() => parse(sent))).toMatchObject({ errorMessage });
  });

  test("is accepted or rejected with a named field, whatever JSON it is", () => {
    const near = fc.record(
      {
        rating: fc.oneof(fc.constantFrom("like", null), fc.jsonValue()),
        content: fc.oneof(fc.string(), fc.jsonValue()),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(near, fc.jsonValue()), (sent) => {
        const refusal = refusalOf(() => parse(sent));
        if (refusal) expect(refusal.errorMessage).toMatch(/^(body|rating|content): .+, got /s);
        else expect(["like", "dislike", null]).toContain(parse(sent).rating);
      }),
    );
  });
});
