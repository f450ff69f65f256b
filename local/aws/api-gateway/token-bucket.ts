export interface TokenBucketOptions {
  readonly ratePerSecond: number;
  /** How many it holds, and has at first. */
  readonly burst: number;
  /** Milliseconds that never go back. */
  readonly now: () => number;
}

/** Takes a token; false if there is none. */
export type TakeToken = () => boolean;

export const makeTokenBucket = ({ ratePerSecond, burst, now }: TokenBucketOptions): TakeToken => {
  let tokens = burst;
  let filledAt = now();
  return () => {
    const time = now();
    tokens = Math.min(burst, tokens + ((time - filledAt) * ratePerSecond) / 1_000);
    filledAt = time;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
};
