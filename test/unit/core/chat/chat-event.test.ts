import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  type ChatEvent,
  type ChatPosition,
  positionAfter,
  readPosition,
  startOf,
  writePosition,
} from "#core/chat/chat-event.ts";
import { anyAnswer, shownBy } from "../../../support/chat/any-events.ts";

const anyPosition: fc.Arbitrary<ChatPosition> = fc.oneof(
  fc.record({ attempt: fc.nat(999_999), ended: fc.constant(true as const) }),
  fc.record({
    attempt: fc.nat(999_999),
    ended: fc.constant(false as const),
    replacements: fc.nat(999_999),
    characters: fc.nat(999_999_999_999),
  }),
);

const positionOf = (events: readonly ChatEvent[], attempt = 1): ChatPosition =>
  events.reduce(positionAfter, startOf(attempt));

describe("a position", () => {
  test("is read as it was written, whatever it is", () => {
    fc.assert(
      fc.property(anyPosition, (position) => {
        expect(readPosition(writePosition(position))).toEqual(position);
      }),
    );
  });

  test("goes into an event's id and a header as it is", () => {
    fc.assert(fc.property(anyPosition, (position) => /^[\x21-\x7e]+$/.test(writePosition(position))));
  });

  test("is read of nothing that we never wrote, and of no text an error", () => {
    const near = fc.stringMatching(/^[0-9.end -]{0,12}$/);
    fc.assert(
      fc.property(fc.oneof(near, fc.string()), (text) => {
        const position = readPosition(text);
        if (position) expect(readPosition(writePosition(position))).toEqual(position);
        else expect(text).not.toMatch(/^[1-9]\.(end|[1-9]\.[1-9])$/);
      }),
    );
  });

  test.each(["", "1", "1.", "1.end.", "1.0", "1.0.0.0", "1.0.0\n", " 1.0.0", "1.0.-1", "1.0x1.0", "١.٠.٠"])(
    "is none that is written %j",
    (text) => {
      expect(readPosition(text)).toBeUndefined();
    },
  );

  test("counts what is before the client since all of it was replaced, and how often that was", () => {
    fc.assert(
      fc.property(anyAnswer, fc.nat(12), (events, length) => {
        const heard = events.slice(0, -1).slice(0, length);
        expect(positionOf(heard)).toEqual({
          attempt: 1,
          ended: false,
          replacements: heard.filter(({ type }) => type === "replace").length,
          characters: shownBy(heard).length,
        });
      }),
    );
  });

  test("is the end once the end was heard, and stays it", () => {
    fc.assert(
      fc.property(anyAnswer, (events) => {
        expect(positionOf(events, 3)).toEqual({ attempt: 3, ended: true });
        expect(positionOf([...events, { type: "delta", content: "more" }], 3)).toEqual({
          attempt: 3,
          ended: true,
        });
      }),
    );
  });
});
