import { describe, expect, test } from "@jest/globals";
import { makeSimClock } from "../../../bench/scale/sim-clock.ts";
import { simulateWorkers } from "../../../bench/scale/workers.ts";

describe("the simulation", () => {
  const ample = { maxConcurrency: 1_000, initialConcurrency: 1_000, growthPerMinute: 0 };

  test("has as many turns running as arrive during an answer", () => {
    const { busyAtEnd, waitingAtEnd } = simulateWorkers({ turnsPerSecond: 20, ...ample });
    expect(busyAtEnd).toBeGreaterThan(20 * 11 * 0.8);
    expect(busyAtEnd).toBeLessThan(20 * 11 * 1.2);
    expect(waitingAtEnd).toBe(0);
  });

  test("delivers no more at once than its limit", () => {
    expect(simulateWorkers({ turnsPerSecond: 20, ...ample, maxConcurrency: 50 }).busyAtEnd).toBe(50);
  });

  test("wakes sleepers in the order of their times, and aborted ones at once", async () => {
    const clock = makeSimClock();
    const wakeups: string[] = [];
    const off = new AbortController();
    const sleep = async (name: string, ms: number, signal?: AbortSignal): Promise<void> => {
      await clock.sleep(ms, signal);
      wakeups.push(`${name} at ${clock.now()}`);
    };
    for (const ms of [50, 10, 30, 20, 40]) sleep("each", ms);
    sleep("off", 45, off.signal);
    clock.sleep(25).then(() => off.abort());
    await clock.run(45);
    expect(wakeups).toEqual(["each at 10", "each at 20", "off at 25", "each at 30", "each at 40"]);
    expect(clock.now()).toBe(45);
  });
});
