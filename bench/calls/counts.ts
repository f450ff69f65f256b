import { readFileSync } from "node:fs";
import * as v from "valibot";

const tally = v.object({
  dynamodb: v.record(v.string(), v.object({ calls: v.number(), units: v.number() })),
  sqs: v.record(v.string(), v.number()),
  sqsStandard: v.record(v.string(), v.number()),
  im: v.object({ calls: v.number(), bytes: v.number() }),
  logLines: v.number(),
  logBytes: v.number(),
  metricLines: v.number(),
});

/** The longest chain of calls that wait for each other before the model is asked. */
const stages = v.number();
const atOnce = v.object({ atOnce: tally, stages });
const both = v.object({ atOnce: tally, elevenSeconds: tally, stages });

const schema = v.object({
  callback: both,
  publish: atOnce,
  http: both,
  httpWithKey: both,
  webhook: v.object({ atOnce: tally }),
});

export type Counts = v.InferOutput<typeof schema>;

export const parseCounts = (text: string): Counts => v.parse(schema, JSON.parse(text));

export const countsFile = new URL("../../docs/cost/counts.json", import.meta.url);

/** The counts of bench/count-calls.ts that docs/cost.md uses. */
export const readCounts = (): Counts => parseCounts(readFileSync(countsFile, "utf8"));
