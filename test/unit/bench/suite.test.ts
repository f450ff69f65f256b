import { describe, expect, test } from "@jest/globals";
import { holds } from "../../../bench/suite/measurement.ts";
import { resultTable } from "../../../bench/suite/report.ts";
import { atRate, interleaved, percentile } from "../../../bench/suite/statistics.ts";

describe("a gate", () => {
  const ratio = { name: "against the relay", unit: "×", max: 2 } as const;

  test("holds up to its limit in a full run, and up to twice of it in a quick one", () => {
    expect([2, 2.1].map((value) => holds({ ...ratio, value }, "full"))).toEqual([true, false]);
    expect([4, 4.1].map((value) => holds({ ...ratio, value }, "quick"))).toEqual([true, false]);
    const rate = { name: "parsed", unit: "MB/s", min: 10 } as const;
    expect([10, 9].map((value) => holds({ ...rate, value }, "full"))).toEqual([true, false]);
    expect([5, 4].map((value) => holds({ ...rate, value }, "quick"))).toEqual([true, false]);
  });

  test("for a time holds in full runs only, but a lost answer fails both", () => {
    expect(holds({ name: "p95", unit: "ms", max: 5, value: 900 }, "quick")).toBe(true);
    expect(holds({ name: "p95", unit: "ms", max: 5, value: 6 }, "full")).toBe(false);
    expect(holds({ name: "lost", unit: "of all", max: 0, value: 0.01 }, "quick")).toBe(false);
  });

  test("is shown with its unit and whether it holds", () => {
    const benchmarks = {
      cpu: [{ ...ratio, value: 2.5 }],
      memory: [{ name: "growth", unit: "MB", value: 120.4 } as const],
    };
    expect(resultTable({ benchmarks, effort: "full" }).split("\n").slice(2)).toEqual([
      "| `cpu` | against the relay | 2.50 × | ≤ 2.00 × | **no** |",
      "| `memory` | growth | 120 MB |  |  |",
    ]);
  });
});

describe("samples", () => {
  test("are sorted by size before a percentile is taken", () => {
    const values = Array.from({ length: 100 }, (_, n) => 100 - n);
    expect([0.5, 0.95, 1].map((share) => percentile(values, share))).toEqual([51, 96, 100]);
    expect(percentile([], 0.5)).toBeNaN();
  });

  test("alternate with the floor, and the first pair is dropped", async () => {
    const calls: string[] = [];
    const call = (name: string) => async () => calls.push(name);
    expect(await interleaved(2, call("ours"), call("floor"))).toEqual([
      { floor: 3, ours: 4 },
      { floor: 5, ours: 6 },
    ]);
    expect(calls).toEqual(["floor", "ours", "floor", "ours", "floor", "ours"]);
  });

  test("are started at their rate, whether or not earlier ones have ended", async () => {
    const started: number[] = [];
    const all = Promise.withResolvers<void>();
    await atRate(1_000, 5, async (index) => {
      started.push(index);
      if (index === 4) all.resolve();
      await all.promise;
    });
    expect(started).toEqual([0, 1, 2, 3, 4]);
  });
});
