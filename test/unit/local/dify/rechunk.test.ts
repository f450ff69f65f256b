import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { seededRandom } from "../../../../local/dify/replay/random.ts";
import { rechunk } from "../../../../local/dify/replay/rechunk.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("the re-chunker", () => {
  test("keeps every byte in its place, in chunks that are never empty", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.integer(), (bytes, seed) => {
        const chunks = rechunk(bytes, seededRandom(seed));
        expect(Buffer.concat(chunks)).toEqual(Buffer.from(bytes));
        expect(chunks.every((chunk) => chunk.length > 0)).toBe(true);
      }),
    );
  });

  test("cuts the same way for the same seed", () => {
    const bytes = encode("你好，you said: hi 👋".repeat(20));
    const lengths = (seed: number) => rechunk(bytes, seededRandom(seed)).map((chunk) => chunk.length);
    expect(lengths(7)).toEqual(lengths(7));
    expect(lengths(7)).not.toEqual(lengths(8));
  });

  test("splits multibyte characters, so that decoding chunk by chunk fails", () => {
    const text = "你好，👋".repeat(20);
    const chunks = rechunk(encode(text), seededRandom(1));
    const decodedApart = chunks.map((chunk) => new TextDecoder().decode(chunk)).join("");
    expect(decodedApart).toContain("\ufffd");
  });
});
