import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type MarkdownToken, parseMarkdown } from "../../../console/src/markdown/parse-markdown.ts";
import { linkUrl, pictureUrl } from "../../../console/src/markdown/safe-url.ts";

const inline = (text: string): readonly MarkdownToken[] => {
  const [first] = parseMarkdown(text);
  return first?.type === "paragraph" ? (first.tokens as MarkdownToken[]) : [];
};
const maths = (text: string): unknown[] =>
  [...parseMarkdown(text), ...inline(text)].flatMap((token) =>
    token.type === "maths" ? [[token.text, token.display]] : [],
  );

describe("formulas", () => {
  test.each([
    ["$E=mc^2$", [["E=mc^2", false]]],
    [
      "so $a$ and $b$.",
      [
        ["a", false],
        ["b", false],
      ],
    ],
    ["\\(a+b\\)", [["a+b", false]]],
    ["$$\nx^2\n$$", [["x^2", true]]],
    ["\\[\n\\int_0^1 x\\,dx\n\\]", [["\\int_0^1 x\\,dx", true]]],
    ["inline $$x$$ here", [["x", true]]],
  ])("%j has %j", (text, found) => {
    expect(maths(text)).toEqual(found);
  });

  test.each(["$5 or $10", "a $ b $ c", "costs 5$ and 10$", "$HOME/bin:$PATH2", "`$x$`", "\\$x\\$", "$$"])(
    "%j has none",
    (text) => {
      expect(maths(text)).toEqual([]);
    },
  );
});

describe("an answer's Markdown", () => {
  test.each([
    ["quotes without spaces", ">".repeat(4_000)],
    ["quotes that the parser still reads", `${">".repeat(200)} a`],
    ["bullets", `${"- ".repeat(3_000)}a`],
    ["numbers", `${"1. ".repeat(3_000)}a`],
    ["emphasis", `${"*a _b ".repeat(3_000)}${"c_ d*".repeat(3_000)}`],
  ])("is shown as it was written if it is nested too deeply: %s", (_what, text) => {
    expect(parseMarkdown(text)).toEqual([{ type: "code", raw: text, text }]);
  });

  test("is read if it is nested as people nest it", () => {
    const list = Array.from({ length: 20 }, (_, level) => `${"  ".repeat(level)}- level ${level}`).join("\n");
    expect(parseMarkdown(list).map(({ type }) => type)).toEqual(["list"]);
  });

  test("keeps every character of the answer, however far it has been read", () => {
    const piece = fc.constantFrom(
      "# ",
      "**",
      "`",
      "```\n",
      "$",
      "$$",
      "\\(",
      "\\[",
      "| a |",
      "\n",
      "- ",
      "[x](",
      "<b>",
      "é",
      "1. ",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string())), (pieces) => {
        const text = pieces.join("");
        const raw = parseMarkdown(text)
          .map((token) => token.raw)
          .join("");
        // Markdown itself replaces tabs, carriage returns and NUL characters.
        const plain = (value: string): string => value.replace(/\s|\0|\uFFFD/g, "");
        expect(plain(raw)).toBe(plain(text));
      }),
    );
  });

  test.each([
    "javascript:alert(1)",
    " javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "blob:https://example.com/1",
    "#/bots",
    "/v3/bot/delete.json",
    "//",
  ])("follows no link to %j", (href) => {
    expect(linkUrl(href)).toBeUndefined();
    expect(pictureUrl(href)).toBeUndefined();
  });

  test("follows links to pages and addresses of mail", () => {
    expect(linkUrl("https://example.com/a?b=c")).toBe("https://example.com/a?b=c");
    expect(linkUrl("mailto:a@example.com")).toBe("mailto:a@example.com");
    expect(pictureUrl("mailto:a@example.com")).toBeUndefined();
  });
});
