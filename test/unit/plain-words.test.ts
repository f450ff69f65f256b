import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { projectRoot } from "../support/local-run.ts";

/** Words that a reader has to look up or read twice, and what this project writes in their place. */
const words: readonly (readonly [RegExp, string])[] = [
  [/\banew\b/i, "again"],
  [/\bbesides\b/i, "also, in addition to"],
  [/\bbears?\b/i, "carry, have"],
  [/\bdear(er)?\b/i, "expensive"],
  [/\bmend(s|ed|ing)?\b/i, "fix, repair"],
  [/\bby and by\b/i, "gradually"],
  [/\bfor ever\b/i, "forever"],
  [/\bnone but\b/i, "only"],
  [/\bwho(m)?ever\b/i, "anyone who"],
  [/\btells\b/i, "shows, says"],
  [/\bnaught\b|\baught\b|\bamiss\b|\bwhence\b|\bthereof\b/i, "a modern word"],
];

/** Types of JSON by other names than JSON's. */
const typeNames: readonly (readonly [RegExp, string])[] = [
  [/\b(must be|got|expected) an? text\b/i, "a string"],
  [/\b(must be|got|expected) a list\b/i, "an array"],
  [/\b(must be|got|expected) a map\b/i, "an object"],
];

/** Metaphors for what the field has a term for. */
const terms: readonly (readonly [RegExp, string])[] = [
  [/\bepitaph/i, "reason"],
  [/\bgraveyard|\bbur(y|ied|ies)\b/i, "dead letters, move to dead letters"],
  [/\bfates?\b/i, "outcome"],
  [/\bdoors?\b/i, "entry point, channel"],
  [/\bstand-?ins?\b/i, "simulator"],
  [/\bfenceTracker\b|(?<!code-)\bfence-tracker\b/, "code-fence tracker"],
  [/\baskStop\b/, "requestStop"],
  [/\bpassOn\b|\bpass-on\b|\bPassedReply\b/, "forward"],
  [/\bunlessRefused\b/, "ignoreConditionFailure"],
  [/\bfits(Pattern|Filter|-pattern|-filter)\b/i, "matches"],
  [/\bisTold\b/, "wasSent, isNotified"],
  [/\btyping hints?\b/i, "typing indicator"],
  [/\b(longest|deepest)[A-Z]\w*/, "max… with its unit"],
];

const files = globSync("**/*.{ts,tsx,js,mjs,md,html,css,yml,json,txt}", {
  cwd: projectRoot,
  exclude: [
    "**/node_modules",
    "cdk.out",
    "client/dist",
    "test/fixtures",
    "package-lock.json",
    "test/unit/plain-words.test.ts",
    // They give old names.
    "CHANGELOG.md",
    "docs/upgrade.md",
  ],
});

const found = (rules: readonly (readonly [RegExp, string])[]): string[] =>
  files.flatMap((file) =>
    readFileSync(`${projectRoot}/${file}`, "utf8")
      .split("\n")
      .flatMap((line, at) =>
        rules
          .filter(([word]) => word.test(line))
          .map(([word, better]) => `${file}:${at + 1} "${word.exec(line)?.[0]}": write ${better}`),
      ),
  );

describe("code, messages and documentation", () => {
  test("are read from all folders", () => {
    expect(files.length).toBeGreaterThan(500);
  });

  test("use modern words", () => {
    expect(found(words)).toEqual([]);
  });

  test("call JSON's types by their names", () => {
    expect(found(typeNames)).toEqual([]);
  });

  test("use the field's terms", () => {
    expect(found(terms)).toEqual([]);
  });
});
