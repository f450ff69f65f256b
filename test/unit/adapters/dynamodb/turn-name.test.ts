import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { chatTurnKey } from "#adapters/dynamodb/chat-turns-table.ts";
import { turnKeyOf, turnNameOf } from "#adapters/dynamodb/turn-name.ts";
import { jobKeyOf } from "#core/jobs/job.ts";

const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 64 });

test("a turn over HTTP has the client's name, and is found by it, whatever it is", () => {
  const turn = fc.oneof(
    text,
    fc.constantFrom("job:", "chat:", "job:W10", "chat:W10", "job:abc"),
    text.map((rest) => `job:${rest}`),
  );
  fc.assert(
    fc.property(text, turn, (appKey, given) => {
      const name = turnNameOf(chatTurnKey({ appKey, turn: given }));
      expect(turnKeyOf(appKey, name)).toBe(chatTurnKey({ appKey, turn: given }));
    }),
  );
  expect(turnNameOf(chatTurnKey({ appKey: "app-one", turn: "turn-1" }))).toBe("turn-1");
});

test("a job is found by its name, in its own app only", () => {
  fc.assert(
    fc.property(
      text,
      text,
      text,
      text,
      fc.option(text, { nil: undefined }),
      (appKey, other, msgUID, fromUserId, pauseId) => {
        const id = {
          eventType: "message:private",
          msgUID,
          fromUserId,
          botUserId: "bot-one",
          integrationType: "dify_chat",
          ...(pauseId !== undefined && { pauseId }),
        } as const;
        const name = turnNameOf(jobKeyOf({ appKey, ...id }));
        expect(turnKeyOf(appKey, name)).toBe(jobKeyOf({ appKey, ...id }));
        if (other !== appKey) expect(turnKeyOf(other, name)).not.toBe(jobKeyOf({ appKey, ...id }));
      },
    ),
  );
});

test("a name that is none of ours has no key", () => {
  expect(turnKeyOf("app-one", "job:bm90IEpTT04")).toBeUndefined();
});
