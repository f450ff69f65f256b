import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { parseSync } from "@swc/core";
import { defaultThinkingTags } from "#core/bot/options.ts";
import { deployedSources } from "../support/deployed-sources.ts";
import { findAttack } from "../support/regex/find-attack.ts";

interface Expression {
  readonly file: string;
  readonly source: string;
  readonly flags: string;
}

const literals: Expression[] = [];
/** The files that build expressions with `new RegExp`. */
const builders = new Set<string>();
/** The files that call `normalize` of strings, which sorts combining marks in quadratic time. */
const normalizers = new Set<string>();

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const visit = (node: unknown, file: string): void => {
  if (!isObject(node)) return;
  const { type, pattern, flags, callee } = node;
  if (type === "RegExpLiteral") literals.push({ file, source: String(pattern), flags: String(flags) });
  if (isObject(callee) && callee.value === "RegExp") builders.add(file);
  if (isObject(callee) && isObject(callee.property) && callee.property.value === "normalize")
    normalizers.add(file);
  for (const child of Object.values(node)) visit(child, file);
};
for (const file of deployedSources()) {
  visit(parseSync(readFileSync(file, "utf8"), { syntax: "typescript", target: "es2024" }), file);
}

/** The files that build expressions, each with a call that builds all of them. */
const builds: Readonly<Record<string, () => Promise<unknown>>> = {
  "functions/core/answer/link-filter.ts": () => import("#core/answer/link-filter.ts"),
  "functions/core/answer/thought-marks.ts": async () =>
    (await import("#core/answer/thought-marks.ts")).thoughtMarks(defaultThinkingTags),
};

/** The expressions that a call builds. */
const builtBy = async (file: string, build: () => Promise<unknown>): Promise<Expression[]> => {
  const built: Expression[] = [];
  const original = globalThis.RegExp;
  globalThis.RegExp = new Proxy(original, {
    construct: (target, [source, flags = ""]) => {
      built.push({ file, source: String(source), flags: String(flags) });
      return new target(source, flags);
    },
  });
  try {
    await build();
  } finally {
    globalThis.RegExp = original;
  }
  return built;
};

const expectLinear = ({ file, source, flags }: Expression): void => {
  expect({ file, source, attack: findAttack(source, flags) }).toEqual({ file, source });
};

describe("no text makes a regular expression take more than linear time", () => {
  test.each([...new Set(literals.map(({ file }) => file))])("in %s", (file) => {
    literals.filter((each) => each.file === file).forEach(expectLinear);
  });

  test.each(Object.entries(builds))("built by %s", async (file, build) => {
    const built = await builtBy(file, build);
    expect(built).not.toHaveLength(0);
    built.forEach(expectLinear);
  });

  test("wherever one is built", () => {
    expect([...builders].toSorted()).toEqual(Object.keys(builds));
  });
});

test("texts are normalized in one place, which leaves out those that take more than linear time", () => {
  expect([...normalizers]).toEqual(["functions/core/shared/normalize.ts"]);
});

test.each([
  ["(a+)+b", ""],
  ["(a|aa)*b", ""],
  ["a*a*b", ""],
  ["/+$", ""],
  ["^\\s+|\\s+$", "g"],
  ["not .*\\bstream", ""],
  ["x*y*x*$", ""],
  ["^<\\s*(?:\\s*(?:t|think\\s[^<>]*))?$", "i"],
  ["^ {0,3}(`{3,}|~{3,})(.*)$", ""],
  ['"(?:[^"\\\\]|\\\\.)*(?:"|$)', "g"],
  // Cubic: one error message of 20 KB blocked a worker for minutes.
  ["(not|n't) support(ed)?\\b.*\\bstream|\\bstream\\w*\\b.*\\bnot\\b.*\\bsupported", "i"],
])("an attack on /%s/%s is found", (source, flags) => {
  expect(findAttack(source, flags)).toEqual(expect.any(String));
});
