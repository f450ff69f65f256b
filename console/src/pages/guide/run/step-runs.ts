import { signal } from "@preact/signals";
import { markStep, values } from "../guide-state.ts";
import type { Step, StepResult } from "../step.ts";

export type StepRun =
  | { readonly state: "running"; readonly result: StepResult | undefined; readonly stop: () => void }
  | { readonly state: "ended"; readonly result: StepResult }
  | { readonly state: "failed"; readonly error: unknown };

/** The latest run of each step since the page was opened. A run goes on while other steps are shown. */
export const stepRuns = signal<Readonly<Record<string, StepRun>>>({});

const setRun = (id: string, run: StepRun): void => {
  stepRuns.value = { ...stepRuns.value, [id]: run };
};

const removeRun = (id: string): void => {
  const { [id]: _, ...others } = stepRuns.value;
  stepRuns.value = others;
};

export const startRun = async ({ id, run }: Step): Promise<void> => {
  if (run === undefined || stepRuns.value[id]?.state === "running") return;
  const controller = new AbortController();
  const { signal } = controller;
  const stop = (): void => {
    controller.abort();
    removeRun(id);
  };
  const show = (result: StepResult): void => {
    if (!signal.aborted) setRun(id, { state: "running", result, stop });
  };
  setRun(id, { state: "running", result: undefined, stop });
  try {
    const result = await run({ values: values.peek(), signal, show });
    if (signal.aborted) return;
    setRun(id, { state: "ended", result });
    markStep(id, result.isFailed ? "failed" : "done");
  } catch (error) {
    if (signal.aborted) return;
    setRun(id, { state: "failed", error });
    markStep(id, "failed");
  }
};

export const stopAllRuns = (): void => {
  for (const run of Object.values(stepRuns.value)) if (run.state === "running") run.stop();
  stepRuns.value = {};
};
