import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { readText } from "#adapters/http/read-text.ts";

const bodyOf = async function* (chunks: readonly Uint8Array[]) {
  for (const chunk of chunks) yield Buffer.from(chunk);
};

test("a body is read up to its limit, however it is split", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array()), fc.nat(100), async (chunks, maxBytes) => {
      const whole = Buffer.concat(chunks).subarray(0, maxBytes).toString("utf8");
      expect(await readText(bodyOf(chunks), maxBytes)).toBe(whole);
    }),
  );
});

test("the rest of an endless body is not read", async () => {
  let taken = 0;
  const body = (async function* () {
    for (; ; taken += 1) yield Buffer.from("x");
  })();
  expect(await readText(body, 1_000)).toBe("x".repeat(1_000));
  expect(taken).toBeLessThan(1_000);
});
