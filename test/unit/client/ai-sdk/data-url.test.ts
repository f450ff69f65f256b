import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { blobOfDataUrl } from "../../../../client/src/ai-sdk/data-url.ts";

describe("the content of a data URL", () => {
  test("is every byte of what a browser read from a file", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), async (bytes) => {
        const blob = blobOfDataUrl(`data:image/png;base64,${Buffer.from(bytes).toString("base64")}`);
        expect(blob.type).toBe("image/png");
        expect(new Uint8Array(await blob.arrayBuffer())).toEqual(bytes);
      }),
    );
  });

  test("is text with percent signs where it is not base64", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme" }), async (text) => {
        expect(await blobOfDataUrl(`data:,${encodeURIComponent(text)}`).text()).toBe(text);
      }),
    );
  });

  test.each(["data:", "data:text/plain", "data:,%", "data:;base64,?"])(
    "%j is refused with its name",
    (url) => {
      expect(() => blobOfDataUrl(url)).toThrow(`file: must be a valid data URL, got "${url}"`);
    },
  );
});
