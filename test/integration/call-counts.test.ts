import { beforeAll, describe, expect, test } from "@jest/globals";
import { type Counts, parseCounts, readCounts } from "../../bench/calls/counts.ts";
import type { Tally } from "../../bench/calls/tally.ts";
import { run } from "../support/local-run.ts";

const documented = readCounts();
let counted: Counts;

beforeAll(async () => {
  const { code, stdout, stderr } = await run([process.execPath, "bench/count-calls.ts"]).ended;
  if (code !== 0) throw new Error(`nothing was counted: ${stderr}`);
  counted = parseCounts(stdout);
}, 240_000);

const unless = (is: boolean, what: string): string[] => (is ? [] : [what]);

/** Where they differ by more than `beats` of a heartbeat, and by more than numbers in log lines do. */
const differences = (now: Tally, then: Tally, beats: number): string[] => {
  const operations = [...new Set([...Object.keys(now.dynamodb), ...Object.keys(then.dynamodb)])];
  return [
    ...operations.flatMap((name) => {
      const { calls = 0, units = 0 } = now.dynamodb[name] ?? {};
      const { calls: callsThen = 0, units: unitsThen = 0 } = then.dynamodb[name] ?? {};
      const isClose = Math.abs(calls - callsThen) <= beats && Math.abs(units - unitsThen) <= beats;
      return unless(isClose, `${name}: ${calls} calls and ${units} units, not ${callsThen} and ${unitsThen}`);
    }),
    ...unless(JSON.stringify(now.sqs) === JSON.stringify(then.sqs), `SQS: ${JSON.stringify(now.sqs)}`),
    ...unless(now.logLines === then.logLines, `${now.logLines} lines of the log`),
    ...unless(now.metricLines === then.metricLines, `${now.metricLines} metrics`),
    ...unless(
      Math.abs(now.logBytes / then.logBytes - 1) < 0.05,
      `${now.logBytes} bytes of the log, not ${then.logBytes}`,
    ),
  ];
};

/** If it does not hold: npx node bench/count-calls.ts > docs/cost/counts.json, and the tables of npx node bench/cost.ts. */
describe("what a turn asks of AWS is what docs/cost.md says,", () => {
  test.each(["callback", "publish", "http", "httpWithKey", "webhook"] as const)(
    "by the way of %s, where it is answered at once",
    (way) => {
      // With a key, what is said so far is kept each half second: a slow machine keeps more of it.
      const beats = way === "httpWithKey" ? 2 : 0;
      expect(differences(counted[way].atOnce, documented[way].atOnce, beats)).toEqual([]);
    },
  );

  test.each([
    ["callback", 1],
    ["http", 1],
    // A piece each half second.
    ["httpWithKey", 3],
  ] as const)("by the way of %s, where the answer takes eleven seconds", (way, beats) => {
    expect(differences(counted[way].elevenSeconds, documented[way].elevenSeconds, beats)).toEqual([]);
  });
});
