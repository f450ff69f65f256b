import { lengthsOf, makeCountSteps } from "./count-steps.ts";
import { parseRegex, type RegexNode } from "./parse-regex.ts";

/** Characters that stand for a class, such as `[^"\\]`; the first that matches is used. */
const samples = [..."a0 \t\"'`~<>()[]{}|=/-_:;,.!?#&%@^$\\字\n\r"];

interface Parts {
  /** Texts that the parts of an expression match. */
  readonly words: ReadonlySet<string>;
  /** Texts that lead to each endless repeat. */
  readonly prefixes: ReadonlySet<string>;
}

const partsOf = (regex: RegexNode, flags: string): Parts => {
  const words = new Set<string>();
  // At the start, and after a character that nothing matches.
  const prefixes = new Set(["", "\0"]);

  const sampleOf = (source: string): string => {
    const expression = new RegExp(`^(?:${source})$`, flags.replace(/[gy]/g, ""));
    return samples.find((each) => expression.test(each)) ?? source.replace(/^\\/, "");
  };

  /** The first text that a part matches, after `before`. */
  const visit = (node: RegexNode, before: string): string => {
    switch (node.type) {
      case "character": {
        const sample = sampleOf(node.source);
        if (!/\w/.test(sample)) words.add(sample);
        return sample;
      }
      case "sequence": {
        let word = "";
        let run = "";
        for (const each of node.nodes) {
          const next = visit(each, before + word);
          word += next;
          if (each.type === "character") run += next;
          else if (each.type !== "assertion") run = words.add(run) && "";
        }
        words.add(run).add(word);
        return word;
      }
      case "choice":
        return node.options.map((option) => visit(option, before))[0] ?? "";
      case "repeat": {
        const word = visit(node.node, before);
        if (node.max === Number.POSITIVE_INFINITY) prefixes.add(before);
        words.add(word);
        return node.min === 0 ? "" : word;
      }
      case "look":
        visit(node.node, before);
        return "";
      default:
        return "";
    }
  };
  visit(regex, "");
  words.delete("");
  return { words, prefixes };
};

/** Linear work grows about as much as the text, quadratic work sixteenfold. */
const growth = 4;
const maxGrowth = 6;
/** The second size is beyond every bounded repeat, such as `{0,300}`. */
const sizes = [
  { repeats: 12, maxSteps: 50_000 },
  { repeats: 1_200, maxSteps: 5_000_000 },
];
/** What keeps a match from succeeding. */
const suffixes = ["", "\0", "\n", "\\"];

/**
 * A text for which the work of an expression grows faster than its length; undefined if there is none that repeats a part of
 * the expression, or two of them, after the text that leads to an endless repeat.
 */
export const findAttack = (source: string, flags: string): string | undefined => {
  const regex = parseRegex(source);
  // Without an endless repeat, the work at each position is bounded.
  if (lengthsOf(regex).max !== Number.POSITIVE_INFINITY) return undefined;
  const steps = makeCountSteps(source, flags);
  const { words, prefixes } = partsOf(regex, flags);
  const units = [...words, " "];
  const pumps = new Set([...units, ...units.flatMap((one) => units.map((other) => one + other))]);
  const grows = (prefix: string, pump: string, suffix: string): boolean =>
    sizes.every(({ repeats, maxSteps }) => {
      const small = steps(prefix + pump.repeat(repeats) + suffix, maxSteps);
      const large = steps(prefix + pump.repeat(growth * repeats) + suffix, maxSteps);
      return large === Number.POSITIVE_INFINITY || large > maxGrowth * small;
    });
  for (const pump of pumps) {
    for (const prefix of prefixes) {
      for (const suffix of suffixes) {
        if (grows(prefix, pump, suffix)) return JSON.stringify([prefix, pump, suffix]);
      }
    }
  }
  return undefined;
};
