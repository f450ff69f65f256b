import type { AskLimits } from "#core/answer/model.ts";

/** A turn without a deadline and with a lease that is never lost. */
export const noLimits = (given: Partial<AskLimits> = {}): AskLimits => ({
  deadline: Number.POSITIVE_INFINITY,
  signal: new AbortController().signal,
  ...given,
});
