import type { Throttle } from "../template/stages.ts";
import { makeTokenBucket, type TakeToken } from "./token-bucket.ts";

/** Whether another request is allowed, for a resource path as in the template and an HTTP method. */
export type IsAllowed = (path: string, method: string) => boolean;

/**
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html, but applied per method instead of per
 * account.
 */
const accountQuota = { ratePerSecond: 10_000, burst: 5_000 };

/**
 * Each method of each resource has its own bucket. Its numbers come from the setting for that method, else the stage's
 * default, else the account's quota. The methods of an ANY resource also have separate buckets, and a setting for ANY
 * applies to none of them.
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
