import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { type CodeBlock, codeBlocksOf } from "./code-blocks.ts";

/** Reasons to skip a block of commands: the second word of its info string, as in ```sh deploy. */
export const skipReasons = {
  deploy: "needs an AWS account",
  "real-dify": "needs a real Dify",
  "real-openai": "needs a real OpenAI-compatible API",
  "real-rongcloud": "needs a RongCloud account",
  "own-data": "needs an id, an address or a file of the reader's own",
  install: "downloads a repository or packages",
  start: "runs until it is stopped",
  slow: "takes minutes",
  writes: "changes files of the repository",
} as const;

/** What a block that follows commands shows: the second word of its info string, as in ```json output. */
const expectationKinds = ["output", "terminal", "log"] as const;

export interface Expectation {
  readonly line: number;
  /** `output`: of the commands. `terminal`: of the bridge, as people see it. `log`: of the bridge, as JSON lines. */
  readonly kind: (typeof expectationKinds)[number];
  /** As the page shows it: "…" stands for anything. */
  readonly shown: string;
}

export interface Commands {
  readonly line: number;
  readonly text: string;
  readonly skip: keyof typeof skipReasons | undefined;
  readonly expectations: readonly Expectation[];
}

export interface Page {
  /** Relative to the project's root, with slashes. */
  readonly name: string;
  readonly commands: readonly Commands[];
  readonly blocks: readonly CodeBlock[];
}

const root = fileURLToPath(new URL("../../..", import.meta.url));

const isSkipReason = (word: string): word is keyof typeof skipReasons => Object.hasOwn(skipReasons, word);

const skipOf = ({ line, flags }: CodeBlock, name: string): Commands["skip"] => {
  const [reason, ...more] = flags;
  if (reason === undefined) return undefined;
  if (more.length === 0 && isSkipReason(reason)) return reason;
  const known = Object.entries(skipReasons).map(([word, meaning]) => `${word} (${meaning})`);
  throw new Error(`${name}:${line}: "${flags.join(" ")}" is no reason to skip commands: ${known.join(", ")}`);
};

const expectationOf = ({ line, flags, text }: CodeBlock): Expectation | undefined => {
  const kind = expectationKinds.find((each) => each === flags[0]);
  return kind && { line, kind, shown: text };
};

const commandsOf = (blocks: readonly CodeBlock[], name: string): Commands[] => {
  const found: (Commands & { expectations: Expectation[] })[] = [];
  for (const block of blocks) {
    if (block.language === "sh") {
      found.push({ line: block.line, text: block.text, skip: skipOf(block, name), expectations: [] });
      continue;
    }
    const expectation = expectationOf(block);
    if (!expectation) continue;
    const last = found.at(-1);
    if (!last) throw new Error(`${name}:${block.line}: no commands come before this output`);
    last.expectations.push(expectation);
  }
  return found;
};

/** @param name relative to the project's root @throws where a block's info string is not understood. */
export const readPage = (name: string): Page => {
  const blocks = codeBlocksOf(readFileSync(join(root, name), "utf8"));
  return { name, blocks, commands: commandsOf(blocks, name) };
};

const index = "docs/README.md";

const linkedPages = (): string[] => {
  const links = readFileSync(join(root, index), "utf8").matchAll(/\]\(([^)#:]+\.md)(?:#[^)]*)?\)/g);
  return [...links].map(([, target = ""]) => normalize(join(dirname(index), target)).replaceAll(sep, "/"));
};

/** The README, the pages of docs/ in the order in which its index links them, and the client library's README. */
export const readPages = (): Page[] => {
  const files = globSync("docs/**/*.md", { cwd: root }).map((file) => file.replaceAll(sep, "/"));
  const linked = linkedPages().filter((file) => files.includes(file));
  const names = new Set(["README.md", index, ...linked, ...files.sort(), "client/README.md"]);
  return [...names].map(readPage);
};
