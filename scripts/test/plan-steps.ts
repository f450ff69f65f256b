/** Steps that run the jest tests of the folder with the same name. */
const jestSteps = ["unit", "contract", "infra", "integration", "browser", "tables"] as const;
/** Runs only if it is selected, as CI does: it counts and simulates for two minutes to check tables in docs/. */
const onDemand = "tables";
const toolSteps = ["lint", "types"] as const;

export type ToolStep = (typeof toolSteps)[number];

export type Step =
  | { readonly kind: "tool"; readonly name: ToolStep }
  | { readonly kind: "jest"; readonly name: string; readonly files: "all" | readonly string[] };

/** An argument that matches no step and no test file. The message is one line for the terminal. */
export class UnknownWordError extends Error {
  override readonly name = "UnknownWordError";
}

const matcherOf = (word: string): ((file: string) => boolean) => {
  try {
    const pattern = new RegExp(word, "i");
    return (file) => pattern.test(file);
  } catch {
    return (file) => file.includes(word);
  }
};

/**
 * Plans the steps to run, in order. An argument that names a step selects it. Any other argument is a pattern for test
 * file paths, as in jest, and narrows the selected steps (default: all) to the matching files.
 * @param testFiles paths relative to the project root, with forward slashes @throws UnknownWordError
 */
export const planSteps = (words: readonly string[], testFiles: readonly string[]): Step[] => {
  const names: readonly string[] = [...toolSteps, ...jestSteps];
  const patterns = words.filter((word) => !names.includes(word));
  const selected = jestSteps.filter((name) => words.includes(name));
  const unselected = words.length === 0 ? jestSteps.filter((name) => name !== onDemand) : jestSteps;
  const runsAllJestSteps = selected.length === 0 && (patterns.length > 0 || words.length === 0);
  const candidates = (runsAllJestSteps ? unselected : selected).map((name) => ({
    name,
    files: testFiles.filter((file) => file.startsWith(`test/${name}/`)),
  }));

  const matchers = patterns.map(matcherOf);
  const unknown = patterns.find(
    (_word, index) => !candidates.some(({ files }) => files.some((file) => matchers[index]?.(file))),
  );
  if (unknown !== undefined) {
    const where = candidates.map(({ name }) => name).join(", ");
    throw new UnknownWordError(
      `"${unknown}" is neither a step (${names.join(", ")}) nor part of the path of a test file in ${where}.`,
    );
  }

  const isWanted = (file: string): boolean => matchers.some((matches) => matches(file));
  const tools = toolSteps.filter((name) => words.length === 0 || words.includes(name));
  return [
    ...tools.map((name): Step => ({ kind: "tool", name })),
    ...candidates.flatMap(({ name, files }): Step[] => {
      if (patterns.length === 0) return [{ kind: "jest", name, files: "all" }];
      const wanted = files.filter(isWanted);
      return wanted.length === 0 ? [] : [{ kind: "jest", name, files: wanted }];
    }),
  ];
};
