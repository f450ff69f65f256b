import type { Step } from "../command/steps.ts";
import { type CheckPorts, makeStageChecks, type StageChecks } from "./stage-checks.ts";

export interface StackDeployment {
  /** Values of `-c name=value`. */
  readonly context: Readonly<Record<string, string>>;
  /** The arguments of `cdk deploy`. */
  readonly cdkArgs: readonly string[];
}

/** Runs `cdk` with these arguments. Resolves to its exit code. */
export type RunCdk = (args: readonly string[]) => Promise<number>;

/** `cdk deploy`, with what the checks have found. */
export const stacksStep = (cdkArgs: readonly string[], { found }: StageChecks, runCdk: RunCdk): Step => ({
  name: "stacks",
  run: async () => {
    const code = await runCdk(["deploy", ...cdkArgs, ...found()]);
    if (code !== 0) throw new Error(`cdk deploy ended with code ${code}: see its messages above`);
    return "deployed";
  },
});

/** `cdk deploy`, and the checks before and after it. */
export const stackSteps = (
  { context, cdkArgs }: StackDeployment,
  { runCdk, ...ports }: CheckPorts & { readonly runCdk: RunCdk },
): readonly Step[] => {
  const checks = makeStageChecks({ context }, ports);
  return [...checks.before, stacksStep(cdkArgs, checks, runCdk), ...checks.after];
};

/** The same checks for a stage that something else deploys. */
export const checkSteps = (
  { context }: Pick<StackDeployment, "context">,
  ports: CheckPorts,
): readonly Step[] => {
  const { before, after } = makeStageChecks({ context, deploysElsewhere: true }, ports);
  return [...before, ...after];
};
