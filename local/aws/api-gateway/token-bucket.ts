export interface TokenBucketOptions {
  readonly ratePerSecond: number;
  /** Capacity and initial number of tokens. */
  readonly burst: number;
  /** Monotonic time in milliseconds. */
  readonly now: () => number;
}

/** Takes a token; false if the bucket is empty. */
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
