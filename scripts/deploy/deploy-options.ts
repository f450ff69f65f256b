import { parseArgs } from "node:util";

export interface DeployOptions {
  /** The stage to deploy and set up. Undefined: all arguments are those of `cdk deploy`. */
  readonly stage: string | undefined;
  /** Whether the stage is only checked, and something else deploys it. */
  readonly checkOnly: boolean;
  readonly profile: string | undefined;
  /** Values of `-c name=value`. */
  readonly context: Readonly<Record<string, string>>;
  /** The arguments of `cdk deploy`. */
  readonly cdkArgs: readonly string[];
}

const usage = "npm run deploy -- --stage <stage> [--check] [options of cdk deploy]";

/** Arguments of `cdk deploy` for all stacks of the stage. */
const argsOfStage = (stage: string, others: readonly string[]): string[] => [
  "--all",
  "-c",
  `stage=${stage}`,
  ...others.filter((each) => each !== "--all"),
];

/**
 * Reads the command's own options from the arguments; all others are those of `cdk deploy`.
 * @throws Error with a one-line message for the terminal.
 */
export const readDeployOptions = (args: readonly string[]): DeployOptions => {
  const text = { type: "string" } as const;
  const { values, tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: {
      context: { ...text, short: "c", multiple: true },
      profile: text,
      stage: text,
      check: { type: "boolean" },
    },
  });
  const pairs = (values.context ?? []).filter((each) => typeof each === "string");
  const context = Object.fromEntries(
    pairs.map((pair) => {
      const [name = "", ...value] = pair.replace(/^=/, "").split("=");
      return [name, value.join("=")];
    }),
  );
  const profile = typeof values.profile === "string" ? values.profile : undefined;
  const { stage } = values;
  const checkOnly = values.check === true;
  if (stage === undefined && checkOnly) throw new Error(`--check needs --stage. Usage: ${usage}`);
  if (stage === undefined) return { stage, checkOnly, profile, context, cdkArgs: args };
  if (typeof stage !== "string" || stage === "")
    throw new Error(`--stage must name a stage. Usage: ${usage}`);
  if (context.stage !== undefined)
    throw new Error(`--stage and -c stage=… are mutually exclusive. Usage: ${usage}`);
  const taken = tokens.flatMap((token) =>
    token.kind === "option" && token.name === "stage"
      ? [token.index, ...(token.inlineValue ? [] : [token.index + 1])]
      : [],
  );
  const others = args.filter((_, index) => !taken.includes(index));
  return {
    stage,
    checkOnly,
    profile,
    context: { ...context, stage },
    cdkArgs: argsOfStage(stage, others),
  };
};
