import type { AskLimits } from "#core/answer/model.ts";

/** A turn that may take as long as it likes and is nobody else's. */
export const noLimits = (given: Partial<AskLimits> = {}): AskLimits => ({
  deadline: Number.POSITIVE_INFINITY,
  signal: new AbortController().signal,
  ...given,
});
