import { readFileSync } from "node:fs";
import * as v from "valibot";

const tally = v.object({
  dynamodb: v.record(v.string(), v.object({ calls: v.number(), units: v.number() })),
  sqs: v.record(v.string(), v.number()),
  logLines: v.number(),
  logBytes: v.number(),
  metricLines: v.number(),
});

const atOnce = v.object({ atOnce: tally });
const both = v.object({ atOnce: tally, elevenSeconds: tally });

const schema = v.object({ callback: both, publish: atOnce, http: both, httpWithKey: both, webhook: atOnce });

export type Counts = v.InferOutput<typeof schema>;

export const parseCounts = (text: string): Counts => v.parse(schema, JSON.parse(text));

export const countsFile = new URL("../../docs/cost/counts.json", import.meta.url);

/** The counts of bench/count-calls.ts that docs/cost.md uses. */
export const readCounts = (): Counts => parseCounts(readFileSync(countsFile, "utf8"));
