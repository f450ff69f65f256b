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
import { anyAnswer, shownBy, thoughtBy } from "../../../support/chat/any-events.ts";

const anyPosition: fc.Arbitrary<ChatPosition> = fc.oneof(
  fc.record({ attempt: fc.nat(999_999), ended: fc.constant(true as const) }),
  fc.record({
    attempt: fc.nat(999_999),
    ended: fc.constant(false as const),
    replacements: fc.nat(999_999),
    characters: fc.nat(999_999_999_999),
    thoughtCharacters: fc.oneof(fc.constant(0), fc.nat(999_999_999_999)),
    files: fc.oneof(fc.constant(0), fc.nat(999_999)),
  }),
);

const positionOf = (events: readonly ChatEvent[], attempt = 1): ChatPosition =>
  events.reduce(positionAfter, startOf(attempt));

describe("a position", () => {
  test("is parsed as it was formatted, whatever it is", () => {
    fc.assert(
      fc.property(anyPosition, (position) => {
        expect(readPosition(writePosition(position))).toEqual(position);
      }),
    );
  });

  test("fits into an event's id and a header unchanged", () => {
    fc.assert(fc.property(anyPosition, (position) => /^[\x21-\x7e]+$/.test(writePosition(position))));
  });

  test("is undefined for any string that we never formatted, and parsing never throws", () => {
    const near = fc.stringMatching(/^[0-9.end -]{0,12}$/);
    fc.assert(
      fc.property(fc.oneof(near, fc.string()), (text) => {
        const position = readPosition(text);
        if (position) expect(readPosition(writePosition(position))).toEqual(position);
        else expect(text).not.toMatch(/^[1-9]\.(end|[1-9]\.[1-9])$/);
      }),
    );
  });

  test.each([
    "",
    "1",
    "1.",
    "1.end.",
    "1.0",
    "1.0.0.0",
    "1.0.0.0.0.0",
    "1.0.0\n",
    " 1.0.0",
    "1.0.-1",
    "1.0x1.0",
    "١.٠.٠",
  ])("cannot be parsed from %j", (text) => {
    expect(readPosition(text)).toBeUndefined();
  });

  test("is as short as before for a client that takes only text", () => {
    expect(writePosition({ ...startOf(1), ended: false, characters: 6 } as ChatPosition)).toBe("1.0.6");
    expect(readPosition("1.0.6.12.1")).toEqual({
      ...{ attempt: 1, ended: false, replacements: 0, characters: 6, thoughtCharacters: 12, files: 1 },
    });
  });

  test("counts the text since the last replacement, the replacements, and all reasoning and files ever sent", () => {
    fc.assert(
      fc.property(anyAnswer, fc.nat(12), (events, length) => {
        const received = events.slice(0, -1).slice(0, length);
        expect(positionOf(received)).toEqual({
          attempt: 1,
          ended: false,
          replacements: received.filter(({ type }) => type === "replace").length,
          characters: shownBy(received).length,
          thoughtCharacters: thoughtBy(received.filter(({ type }) => type === "reasoning")).length,
          files: received.filter(({ type }) => type === "file").length,
        });
      }),
    );
  });

  test("is the end once the end was received, and stays it", () => {
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
