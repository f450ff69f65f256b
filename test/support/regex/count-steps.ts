import { parseRegex, type RegexNode } from "./parse-regex.ts";

type Instruction =
  | { readonly do: "character"; readonly matches: (codeUnit: number) => boolean }
  | { readonly do: "assertion"; readonly holds: (text: string, at: number) => boolean }
  | { readonly do: "split"; readonly first: number; readonly second: number }
  | { readonly do: "jump"; readonly to: number }
  | { readonly do: "look"; readonly program: Program; readonly behind: number; readonly negated: boolean }
  | { readonly do: "match" };
type Program = readonly Instruction[];

/** The lengths of the texts that a part matches, without what it looks at before and after. */
export const lengthsOf = (node: RegexNode): { readonly min: number; readonly max: number } => {
  switch (node.type) {
    case "character":
      return { min: 1, max: 1 };
    case "sequence": {
      const lengths = node.nodes.map(lengthsOf);
      return {
        min: lengths.reduce((sum, { min }) => sum + min, 0),
        max: lengths.reduce((sum, { max }) => sum + max, 0),
      };
    }
    case "choice": {
      const lengths = node.options.map(lengthsOf);
      return {
        min: Math.min(...lengths.map(({ min }) => min)),
        max: Math.max(...lengths.map(({ max }) => max)),
      };
    }
    case "repeat": {
      const { min, max } = lengthsOf(node.node);
      return { min: min * node.min, max: max * node.max };
    }
    default:
      return { min: 0, max: 0 };
  }
};

/** Whether an expression for one character matches it, remembered for each UTF-16 code unit. */
const characterTest = (source: string, flags: string): ((codeUnit: number) => boolean) => {
  const expression = new RegExp(`^(?:${source})$`, flags.replace(/[gy]/g, ""));
  const known: boolean[] = [];
  return (codeUnit) => {
    const matches = known[codeUnit] ?? expression.test(String.fromCharCode(codeUnit));
    known[codeUnit] = matches;
    return matches;
  };
};

const isWordUnit = characterTest("\\w", "");
const isWord = (text: string, at: number): boolean =>
  at >= 0 && at < text.length && isWordUnit(text.charCodeAt(at));
const isBoundary = (text: string, at: number): boolean => isWord(text, at - 1) !== isWord(text, at);

const assertionTest = (source: string, flags: string) => {
  const isMultiline = flags.includes("m");
  switch (source) {
    case "^":
      return (text: string, at: number) => at === 0 || (isMultiline && text[at - 1] === "\n");
    case "$":
      return (text: string, at: number) => at === text.length || (isMultiline && text[at] === "\n");
    case "\\b":
      return isBoundary;
    default:
      return (text: string, at: number) => !isBoundary(text, at);
  }
};

/** The instructions that a backtracking engine runs. Greedy and lazy repeats do the same work when nothing matches. */
const compile = (regex: RegexNode, flags: string): Program => {
  const program: Instruction[] = [];
  const emit = (node: RegexNode): void => {
    switch (node.type) {
      case "character":
        program.push({ do: "character", matches: characterTest(node.source, flags) });
        return;
      case "assertion":
        program.push({ do: "assertion", holds: assertionTest(node.source, flags) });
        return;
      case "sequence":
        node.nodes.forEach(emit);
        return;
      case "look":
        program.push({
          do: "look",
          program: compile(node.node, flags),
          behind: node.behind ? lengthsOf(node.node).max : 0,
          negated: node.negated,
        });
        return;
      case "choice": {
        const ends: number[] = [];
        node.options.forEach((option, index) => {
          const split = program.length;
          const isLast = index === node.options.length - 1;
          if (!isLast) program.push({ do: "match" });
          emit(option);
          if (isLast) return;
          ends.push(program.length);
          program.push({ do: "match" });
          program[split] = { do: "split", first: split + 1, second: program.length };
        });
        for (const end of ends) program[end] = { do: "jump", to: program.length };
        return;
      }
      case "repeat": {
        for (let count = 0; count < node.min; count += 1) emit(node.node);
        if (node.max === Number.POSITIVE_INFINITY) {
          if (lengthsOf(node.node).min === 0)
            throw new Error("an endless repeat of a part that may be empty");
          const split = program.length;
          program.push({ do: "match" });
          emit(node.node);
          program.push({ do: "jump", to: split });
          program[split] = { do: "split", first: split + 1, second: program.length };
          return;
        }
        const splits: number[] = [];
        for (let count = node.min; count < node.max; count += 1) {
          splits.push(program.length);
          program.push({ do: "match" });
          emit(node.node);
        }
        for (const split of splits)
          program[split] = { do: "split", first: split + 1, second: program.length };
      }
    }
  };
  emit(regex);
  program.push({ do: "match" });
  return program;
};

class TooMany extends Error {}

/** Counts steps, and ends a run that takes too many. */
class Steps {
  taken = 0;
  readonly max: number;
  constructor(max: number) {
    this.max = max;
  }
  add(): void {
    this.taken += 1;
    if (this.taken > this.max) throw new TooMany();
  }
}

/** Runs a program from one position, as V8 does. `end`: where the match must end; undefined: anywhere. */
const run = (
  program: Program,
  text: string,
  start: number,
  end: number | undefined,
  steps: Steps,
): number | undefined => {
  // What is left to try: pairs of an instruction and a position, in one array since most of the test's time is spent here.
  const waiting = [0, start];
  while (waiting.length > 0) {
    let at = waiting.pop() ?? 0;
    let pc = waiting.pop() ?? 0;
    for (;;) {
      steps.add();
      const instruction = program[pc];
      if (instruction === undefined || instruction.do === "match") {
        if (end === undefined || at === end) return at;
        break;
      }
      if (instruction.do === "split") {
        waiting.push(instruction.second, at);
        pc = instruction.first;
        continue;
      }
      if (instruction.do === "jump") {
        pc = instruction.to;
        continue;
      }
      if (instruction.do === "character") {
        if (at >= text.length || !instruction.matches(text.charCodeAt(at))) break;
        at += 1;
      } else if (instruction.do === "assertion") {
        if (!instruction.holds(text, at)) break;
      } else {
        const { program: inner, behind, negated } = instruction;
        let found = false;
        for (let back = 0; back <= behind && back <= at && !found; back += 1) {
          found = run(inner, text, at - back, behind > 0 ? at : undefined, steps) !== undefined;
        }
        if (found === negated) break;
      }
      pc += 1;
    }
  }
  return undefined;
};

/**
 * Returns a function that counts the steps of a backtracking engine that searches a text: for the first match, or with the
 * flags `g` and `y` for all of them. Infinite if there are more than `maxSteps`.
 */
export const makeCountSteps = (source: string, flags: string) => {
  const program = compile(parseRegex(source), flags);
  const findsAll = /[gy]/.test(flags);
  return (text: string, maxSteps: number): number => {
    const steps = new Steps(maxSteps);
    try {
      for (let start = 0; start <= text.length; ) {
        const end = run(program, text, start, undefined, steps);
        if (end !== undefined && !findsAll) return steps.taken;
        start = end === undefined || end === start ? start + 1 : end;
      }
      return steps.taken;
    } catch (error) {
      if (error instanceof TooMany) return Number.POSITIVE_INFINITY;
      throw error;
    }
  };
};
