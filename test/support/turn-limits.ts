import type { TurnLimits } from "#core/answer/answer.ts";

/** A turn that may take as long as it likes and is nobody else's. */
export const noLimits = (given: Partial<TurnLimits> = {}): TurnLimits => ({
  deadline: Number.POSITIVE_INFINITY,
  signal: new AbortController().signal,
  ...given,
});
