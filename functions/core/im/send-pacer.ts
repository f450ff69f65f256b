/** The least time between two calls for one stream message, in milliseconds: longer while the IM asks for less. */
export interface Beat {
  readonly ms: number;
  slower(): void;
  /** The IM has taken a call. */
  taken(): void;
}

const longestMs = 3_200;
/** So many calls must pass before it is quicker again. */
const patience = 5;

export const makeBeat = (shortestMs: number): Beat => {
  let ms = shortestMs;
  let passed = 0;
  return {
    get ms() {
      return ms;
    },
    slower: () => {
      passed = 0;
      ms = Math.min(ms * 2, longestMs);
    },
    taken: () => {
      passed += 1;
      if (passed < patience) return;
      passed = 0;
      ms = Math.max(shortestMs, ms / 2);
    },
  };
};
