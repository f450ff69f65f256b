import * as v from "valibot";

/** Null if nothing was answered. */
const ms = v.nullable(v.number());
const times = v.object({ p50: ms, p95: ms });

/** How fast one bot answers at one rate, all in milliseconds. */
export const speed = v.object({
  name: v.string(),
  /** Messages a second. */
  rate: v.number(),
  /** Dify's first text → first text at the platform. */
  first: times,
  /** Dify's end → last text at the platform. */
  end: times,
  wholeMs: ms,
  againstRelay: ms,
  /** Answers that were not whole after 15 s. */
  late: v.number(),
  sent: v.number(),
  /** None late, and whole answers take at most twice as long as one after another. */
  keepsUp: v.boolean(),
});
export type Speed = v.InferOutput<typeof speed>;

/** What a user sees in a situation. */
export const behaviour = v.object({ name: v.string(), situation: v.string(), seen: v.string() });
export type Behaviour = v.InferOutput<typeof behaviour>;

export const peersResult = v.object({
  versions: v.record(v.string(), v.string()),
  speed: v.array(speed),
  behaviour: v.array(behaviour),
  /** Peers that could not be measured here, with the reason. */
  leftOut: v.record(v.string(), v.string()),
});
export type PeersResult = v.InferOutput<typeof peersResult>;
