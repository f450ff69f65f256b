import type { Throttle } from "../template/stages.ts";
import { makeTokenBucket, type TakeToken } from "./token-bucket.ts";

/** Whether one more request may pass to a resource (its path as the template has it) by an HTTP method. */
export type IsAllowed = (path: string, method: string) => boolean;

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html, but for each method, not for all at once. */
const accountQuota = { ratePerSecond: 10_000, burst: 5_000 };

/**
 * Each method of each resource has a bucket of its own, whichever setting gives its numbers: one for that very method,
 * then the stage's default, then the account's quota. The methods of an ANY resource are told apart too, and a setting
 * for ANY is for none of them.
 */
export const makeThrottle = (throttles: readonly Throttle[], now: () => number): IsAllowed => {
  const settingFor = (path: string, method: string): Throttle | undefined =>
    throttles.find((each) => each.path === path && each.method === method);
  const stageDefault = settingFor("/*", "*");
  const buckets = new Map<string, TakeToken>();

  return (path, method) => {
    const key = `${method} ${path}`;
    const own = settingFor(path, method);
    const takeToken =
      buckets.get(key) ??
      makeTokenBucket({
        ratePerSecond: own?.ratePerSecond ?? stageDefault?.ratePerSecond ?? accountQuota.ratePerSecond,
        burst: own?.burst ?? stageDefault?.burst ?? accountQuota.burst,
        now,
      });
    buckets.set(key, takeToken);
    return takeToken();
  };
};
