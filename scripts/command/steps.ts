/**
 * One check. `run` resolves to details for the output.
 * @throws the failure.
 */
export interface Step {
  readonly name: string;
  readonly run: () => Promise<string>;
}

export interface StepPorts {
  readonly print: (line: string) => void;
  readonly now: () => number;
  /** Formats an error for the output. */
  readonly describeError: (error: unknown) => string;
}

/** Prints one line per step with its duration, and stops at the first failure. Resolves to whether all steps passed. */
export const runSteps = async (
  steps: readonly Step[],
  { print, now, describeError }: StepPorts,
): Promise<boolean> => {
  for (const { name, run } of steps) {
    const startedAt = now();
    const line = (mark: string, what: string): void =>
      print(`${mark} ${name}  ${Math.round(now() - startedAt)} ms  ${what}`);
    try {
      line("ok  ", await run());
    } catch (error) {
      line("FAIL", describeError(error));
      return false;
    }
  }
  return true;
};
