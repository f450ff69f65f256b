import * as v from "valibot";

/** How the app server departs from simply taking a webhook. What is not named stays as it would be. */
export const behaviourSchema = v.strictObject({
  /** Without it: every path that has no behaviour of its own. */
  path: v.exactOptional(v.pipe(v.string(), v.startsWith("/"))),
  status: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599))),
  headers: v.exactOptional(v.record(v.string(), v.string())),
  body: v.exactOptional(v.string()),
  /** Before anything else. */
  delayMs: v.exactOptional(v.pipe(v.number(), v.minValue(0), v.maxValue(600_000))),
  /** Never ends the answer; where there is a body, after the body. */
  hang: v.exactOptional(v.literal(true)),
  /** Breaks the connection. */
  reset: v.exactOptional(v.literal(true)),
  redirect: v.exactOptional(v.pipe(v.string(), v.url())),
  /** Holds for so many requests, after which all is as if nothing had been; without it, until it is taken away. */
  times: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1))),
});

export type Behaviour = v.InferOutput<typeof behaviourSchema>;

export interface Behaviours {
  /** In the place of what was set for the same path. */
  readonly set: (behaviour: Behaviour) => void;
  readonly clear: () => void;
  /** That of the next request to this path; one that holds for a number of times is used up by asking. */
  readonly take: (path: string) => Behaviour;
}

const anyPath = "";

export const makeBehaviours = (): Behaviours => {
  const stored = new Map<string, { readonly behaviour: Behaviour; left: number }>();
  return {
    set: (behaviour) => {
      const { path = anyPath, times = Number.POSITIVE_INFINITY } = behaviour;
      stored.set(path, { behaviour, left: times });
    },
    clear: () => stored.clear(),
    take: (path) => {
      const key = stored.has(path) ? path : anyPath;
      const found = stored.get(key);
      if (found === undefined) return {};
      found.left -= 1;
      if (found.left === 0) stored.delete(key);
      return found.behaviour;
    },
  };
};
