import * as v from "valibot";

/** How the app server deviates from accepting webhooks. Omitted fields keep the default. */
export const behaviourSchema = v.strictObject({
  /** Omitted: all paths without their own behaviour. */
  path: v.exactOptional(v.pipe(v.string(), v.startsWith("/"))),
  status: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599))),
  headers: v.exactOptional(v.record(v.string(), v.string())),
  body: v.exactOptional(v.string()),
  /** Delay before the response. */
  delayMs: v.exactOptional(v.pipe(v.number(), v.minValue(0), v.maxValue(600_000))),
  /** Never ends the response; sends the body first, if there is one. */
  hang: v.exactOptional(v.literal(true)),
  /** Resets the connection. */
  reset: v.exactOptional(v.literal(true)),
  redirect: v.exactOptional(v.pipe(v.string(), v.url())),
  /** Number of requests that it applies to; omitted: until it is removed. */
  times: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1))),
});

export type Behaviour = v.InferOutput<typeof behaviourSchema>;

export interface Behaviours {
  /** Replaces the behaviour of the same path. */
  readonly set: (behaviour: Behaviour) => void;
  readonly clear: () => void;
  /** Returns the behaviour for the next request to this path, and counts it against `times`. */
  readonly take: (path: string) => Behaviour;
}

const anyPath = "";

export const makeBehaviours = (): Behaviours => {
  const stored = new Map<string, { readonly behaviour: Behaviour; remaining: number }>();
  return {
    set: (behaviour) => {
      const { path = anyPath, times = Number.POSITIVE_INFINITY } = behaviour;
      stored.set(path, { behaviour, remaining: times });
    },
    clear: () => stored.clear(),
    take: (path) => {
      const key = stored.has(path) ? path : anyPath;
      const found = stored.get(key);
      if (found === undefined) return {};
      found.remaining -= 1;
      if (found.remaining === 0) stored.delete(key);
      return found.behaviour;
    },
  };
};
