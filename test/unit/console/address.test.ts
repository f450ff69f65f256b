import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { hrefOf, pageNames, parseAddress } from "../../../console/src/address.ts";

describe("the address of a page", () => {
  test("names the page, an id and parameters, whatever characters they have", () => {
    const text = fc.string({ unit: "grapheme", minLength: 1 });
    fc.assert(
      fc.property(
        fc.constantFrom(...pageNames),
        fc.option(text, { nil: undefined }),
        text,
        (page, id, bot) => {
          const read = parseAddress(hrefOf(page, id, { bot, since: undefined }));
          expect({ ...read, query: [...read.query] }).toEqual({ page, id, query: [["bot", bot]] });
        },
      ),
    );
  });

  test.each(["", "#", "#/", "#/nowhere", "#chat/%E0%A4%A", "#?x=1"])("is the chat's for %j", (hash) => {
    expect(parseAddress(hash).page).toBe("chat");
  });
});
