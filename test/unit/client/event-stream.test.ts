import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { decodeText } from "../../../client/src/decode-text.ts";
import { readEventStream } from "../../../client/src/event-stream.ts";
import { collect } from "../../support/chat/collect.ts";

const splitAt = (bytes: Uint8Array, places: readonly number[]): Uint8Array[] => {
  const cuts = [0, ...[...places].sort((one, other) => one - other), bytes.length];
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index] ?? 0, end));
};
async function* arriving(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}
const read = (bytes: Uint8Array, places: readonly number[] = []) =>
  collect(readEventStream(decodeText(arriving(splitAt(bytes, places)))));

const words = fc.array(fc.string({ unit: "grapheme", maxLength: 12 }), { maxLength: 8 });
const spelled = (contents: readonly string[], newline: string): string =>
  contents
    .flatMap((content, index) => [
      ": hb",
      "",
      `id: p-${index}`,
      "event: delta",
      `data: ${JSON.stringify({ content })}`,
      "",
      "",
    ])
    .join(newline);

describe("the event stream", () => {
  test("yields the same events wherever the network splits it, even within a character or a line", async () => {
    const anyStream = fc.tuple(words, fc.constantFrom("\n", "\r\n")).map(([contents, newline]) => ({
      contents,
      bytes: new TextEncoder().encode(spelled(contents, newline)),
    }));
    await fc.assert(
      fc.asyncProperty(
        anyStream.chain(({ contents, bytes }) =>
          fc.tuple(
            fc.constant(contents),
            fc.constant(bytes),
            fc.array(fc.nat(bytes.length), { maxLength: 40 }),
          ),
        ),
        async ([contents, bytes, places]) => {
          const expected = contents.map((content, index) => ({
            id: `p-${index}`,
            event: "delta",
            data: JSON.stringify({ content }),
          }));
          expect(await read(bytes, places)).toEqual(expected);
        },
      ),
    );
  });

  test("accepts any bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.array(fc.nat(400)), async (bytes, places) => {
        const within = places.filter((place) => place <= bytes.length);
        expect(await read(bytes, within)).toEqual(await read(bytes));
      }),
    );
  });

  test("does not yield an event that was cut off before its end", async () => {
    const bytes = new TextEncoder().encode(
      'id: a\nevent: delta\ndata: {"content":"whole"}\n\nid: b\ndata: {}\n',
    );
    expect(await read(bytes)).toMatchObject([{ id: "a" }]);
  });

  test("does not fill the memory with an endless event", async () => {
    const endless = async function* (): AsyncGenerator<string> {
      for (;;) yield `data: ${"x".repeat(100_000)}`;
    };
    await expect(collect(readEventStream(endless()))).rejects.toMatchObject({ code: "bad_answer" });
  });
});
