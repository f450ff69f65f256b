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
}, 300_000);

const unless = (is: boolean, what: string): string[] => (is ? [] : [what]);

/** Where they differ by more than `beats` heartbeats, and by more than numbers in log lines account for. */
const differences = (actual: Tally, expected: Tally, beats: number): string[] => {
  const operations = [...new Set([...Object.keys(actual.dynamodb), ...Object.keys(expected.dynamodb)])];
  return [
    ...operations.flatMap((name) => {
      const { calls = 0, units = 0 } = actual.dynamodb[name] ?? {};
      const { calls: expectedCalls = 0, units: expectedUnits = 0 } = expected.dynamodb[name] ?? {};
      const isClose = Math.abs(calls - expectedCalls) <= beats && Math.abs(units - expectedUnits) <= beats;
      return unless(
        isClose,
        `${name}: ${calls} calls and ${units} units, not ${expectedCalls} and ${expectedUnits}`,
      );
    }),
    ...(["sqs", "sqsStandard"] as const).flatMap((queues) =>
      unless(
        JSON.stringify(actual[queues]) === JSON.stringify(expected[queues]),
        `${queues}: ${JSON.stringify(actual[queues])}`,
      ),
    ),
    ...unless(
      Math.abs(actual.im.calls - expected.im.calls) <= 2 + expected.im.calls / 10,
      `${actual.im.calls} calls to the IM, not ${expected.im.calls}`,
    ),
    ...unless(actual.logLines === expected.logLines, `${actual.logLines} lines of the log`),
    ...unless(actual.metricLines === expected.metricLines, `${actual.metricLines} metrics`),
    ...unless(
      Math.abs(actual.logBytes / expected.logBytes - 1) < 0.05,
      `${actual.logBytes} bytes of the log, not ${expected.logBytes}`,
    ),
  ];
};

test.each(["callback", "publish", "http", "httpWithKey"] as const)(
  "before the model is asked, no more calls of a turn through %s wait for each other than docs/cost.md says",
  (way) => {
    expect(counted[way].stages).toBe(documented[way].stages);
  },
);

/**
 * If this fails: npx node bench/count-calls.ts > docs/cost/counts.json, and the tables of npx node
 * bench/cost.ts.
 */
describe("a turn makes the AWS calls that docs/cost.md says,", () => {
  test.each(["callback", "publish", "http", "httpWithKey", "webhook"] as const)(
    "through %s, if it is answered at once",
    (way) => {
      // With a key, the answer so far is stored each half second: a slow machine stores more pieces.
      const beats = way === "httpWithKey" ? 2 : 0;
      expect(differences(counted[way].atOnce, documented[way].atOnce, beats)).toEqual([]);
    },
  );

  test.each([
    ["callback", 1],
    ["http", 1],
    // A piece each half second.
    ["httpWithKey", 3],
  ] as const)("through %s, if the answer takes eleven seconds", (way, beats) => {
    expect(differences(counted[way].elevenSeconds, documented[way].elevenSeconds, beats)).toEqual([]);
  });
});
