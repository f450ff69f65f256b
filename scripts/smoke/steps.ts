/** One thing that must work; it gives what a person likes to know of it. @throws what came instead. */
export interface Step {
  readonly name: string;
  readonly run: () => Promise<string>;
}

export interface StepPorts {
  readonly print: (line: string) => void;
  readonly now: () => number;
  /** What may be shown of an error. */
  readonly describeError: (error: unknown) => string;
}

/** One line a step, with its time; ends at the first that fails, and says whether all went well. */
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
