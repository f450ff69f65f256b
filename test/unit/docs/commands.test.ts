import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { codeBlocksOf } from "../../support/commands/code-blocks.ts";
import { readPages } from "../../support/commands/page.ts";
import { linesPattern, wholePattern } from "../../support/commands/shown.ts";

const pages = readPages();
const { scripts } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));

describe("every command in the docs", () => {
  test.each(pages)("$name: is valid shell, and the scripts that it names exist", ({ commands }) => {
    for (const { text } of commands) {
      execFileSync("sh", ["-n"], { input: text });
      const named = [...text.matchAll(/\bnpm run (?:-s )?([\w:-]+)/g)].map(([, name = ""]) => name);
      expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
    }
  });

  test.each(pages)("$name: is in a block marked sh, so that it is executed", ({ blocks }) => {
    const others = blocks.filter(({ language }) => language !== "sh");
    const hidden = others.filter(
      ({ language, text }) =>
        ["bash", "shell", "console", "zsh"].includes(language) || /^\$? ?(npm|npx|curl|git|aws) /m.test(text),
    );
    expect(hidden).toEqual([]);
  });
});

describe("a page's code blocks", () => {
  test("are found with their words and lines, also in a numbered step", () => {
    const page =
      "# Title\n\n1. Start it:\n\n   ```sh deploy\n   npm start\n   ```\n\n```json output\n{}\n```\n";
    expect(codeBlocksOf(page)).toEqual([
      { line: 5, language: "sh", flags: ["deploy"], text: "npm start\n" },
      { line: 9, language: "json", flags: ["output"], text: "{}\n" },
    ]);
  });

  test("must be closed", () => {
    expect(() => codeBlocksOf("```sh\nnpm start\n")).toThrow("line 1");
  });
});

describe("the output that a page shows", () => {
  test("is all of the output, but for what … leaves out within a line", () => {
    expect('{"code":200,"token":"abc"}\n').toMatch(wholePattern('{"code":200,"token":"…"}\n'));
    expect('{"code":200,"token":"abc"}\nmore\n').not.toMatch(wholePattern('{"code":200,"token":"…"}\n'));
    expect('{"code":200,\n"token":"abc"}').not.toMatch(wholePattern('{"code":200,…"}'));
  });

  test("leaves out any lines where … stands alone", () => {
    expect("one\ntwo\nthree\nfour").toMatch(wholePattern("one\n…\nfour"));
  });

  test("is taken literally otherwise", () => {
    expect("a+b (c)").toMatch(wholePattern("a+b (c)"));
    expect("aab c").not.toMatch(wholePattern("a+b (c)"));
  });

  test("of the terminal is made of whole lines", () => {
    expect("ready http://127.0.0.1:1\nmore").toMatch(linesPattern("ready http://127.0.0.1:1"));
    expect("not ready http://127.0.0.1:1").not.toMatch(linesPattern("ready http://127.0.0.1:1"));
  });
});
