import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  botSlot,
  decideSlot,
  makeAcquireSlots,
  type OpenSlot,
  type SlotResult,
  type SlotStore,
} from "#core/shared/slots.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { makeMemoryMetrics } from "../../../support/memory-metrics.ts";
import { makeTestClock } from "../../../support/test-clock.ts";

const request = (slot: string, botUserId: string, limits = { perApp: 3, perBot: 2 }) =>
  botSlot("im", { appKey: "app-one", botUserId, slot, until: 900 }, limits);

const open = (botUserId: string, until: number): OpenSlot => ({
  until,
  limits: request("", botUserId).limits,
});

describe("a slot", () => {
  test("is free below every limit, and full at the first one that is reached", () => {
    const two = new Map([
      ["a", open("bot-1", 100)],
      ["b", open("bot-1", 100)],
    ]);
    expect(decideSlot(two, request("c", "bot-1"), 50)).toEqual({ status: "full", by: "bot" });
    expect(decideSlot(two, request("c", "bot-2"), 50)).toEqual({ status: "free", live: two });
    const three = new Map([...two, ["c", open("bot-2", 100)]]);
    expect(decideSlot(three, request("d", "bot-2"), 50)).toEqual({ status: "full", by: "app" });
  });

  test("that is open already is held, also at the limit; one that has expired is not", () => {
    const full = new Map([
      ["a", open("bot-1", 100)],
      ["b", open("bot-1", 100)],
    ]);
    expect(decideSlot(full, request("a", "bot-1"), 99)).toEqual({ status: "held" });
    expect(decideSlot(full, request("a", "bot-1"), 100)).toEqual({ status: "free", live: new Map() });
  });

  test("is never free beyond a limit, and always free if fewer are live, whatever has expired", () => {
    const slots = fc.array(fc.tuple(fc.constantFrom("bot-1", "bot-2"), fc.integer({ min: 0, max: 100 })), {
      maxLength: 12,
    });
    const max = fc.integer({ min: 1, max: 6 });
    fc.assert(
      fc.property(slots, max, max, fc.integer({ min: 0, max: 100 }), (stored, perApp, perBot, now) => {
        const all = new Map(stored.map(([bot, until], n) => [`s${n}`, open(bot, until)] as const));
        const decision = decideSlot(all, request("new", "bot-1", { perApp, perBot }), now);
        const live = stored.filter(([, until]) => until > now);
        const ofBot = live.filter(([bot]) => bot === "bot-1");
        expect(decision.status).toBe(live.length < perApp && ofBot.length < perBot ? "free" : "full");
      }),
    );
  });
});

/** A store that answers each request by its pool, and records what happens to the slots. */
const setUp = (results: Record<string, "granted" | "full" | "broken">, recount = async () => 3) => {
  const ended: string[] = [];
  const store: SlotStore = {
    acquire: async ({ pool: [pool = ""] }): Promise<SlotResult> => {
      const result = results[pool];
      if (result === "broken") throw new Error("throttled");
      if (result === "full") return { status: "refused", by: "user" };
      return {
        status: "granted",
        wasOpen: false,
        inUse: 3,
        recount,
        release: async () => void ended.push(`${pool} released`),
        undo: async () => void ended.push(`${pool} undone`),
      };
    },
  };
  const clock = makeTestClock();
  const metrics = makeMemoryMetrics();
  const log = makeMemoryLog();
  const acquireSlots = makeAcquireSlots({ store, channel: "im", clock, metrics, log });
  const acquire = () =>
    acquireSlots(Object.keys(results).map((pool) => ({ ...request("s", "bot-1"), pool: [pool] })));
  return { acquire, ended, clock, metrics, log };
};

describe("slots", () => {
  test("are acquired together, and released or undone together", async () => {
    const { acquire, ended, metrics } = setUp({ a: "granted", b: "granted" });
    const slots = await acquire();
    expect(slots.refusedBy).toBeUndefined();
    expect(ended).toEqual([]);
    await slots.release();
    expect(ended.splice(0)).toEqual(["a released", "b released"]);
    await (await acquire()).undo();
    expect(ended).toEqual(["a undone", "b undone"]);
    expect(metrics.counts).toEqual([]);
  });

  test("are all refused if one is, which is counted by channel and limit", async () => {
    const { acquire, ended, metrics } = setUp({ a: "granted", b: "full" });
    const slots = await acquire();
    expect(slots.refusedBy).toBe("user");
    expect(ended).toEqual(["a undone"]);
    expect(metrics.counts).toEqual([{ name: "SlotRefused", dimensions: { channel: "im", limit: "user" } }]);
    await slots.undo();
    await slots.release();
    expect(ended).toEqual(["a undone"]);
  });

  test("are granted if the store fails: a late answer is better than none", async () => {
    const { acquire, ended, log } = setUp({ a: "granted", b: "broken" });
    const slots = await acquire();
    expect(slots.refusedBy).toBeUndefined();
    expect(log.lines).toMatchObject([
      { level: "warn", event: "slot_not_acquired", fields: { channel: "im" } },
    ]);
    await slots.release();
    expect(ended).toEqual(["a released"]);
  });

  test("say how many there are, counted again in the background after a heartbeat, and only if somebody asks", async () => {
    const counts = [7, 9];
    const { acquire, clock } = setUp({ a: "granted", b: "full" }, async () => counts.shift() ?? 0);
    const slots = await acquire();
    expect(slots.inUse()).toBe(3);
    await clock.advance(60_000);
    expect(counts).toEqual([7, 9]);
    expect(slots.inUse()).toBe(3);
    await clock.advance(0);
    expect(slots.inUse()).toBe(7);
    await clock.advance(7_999);
    expect(slots.inUse()).toBe(7);
    expect(counts).toEqual([9]);
  });

  test("keep their last count if the store fails, and are one if they were not counted at all", async () => {
    const { acquire, clock, log } = setUp({ a: "granted" }, () => Promise.reject(new Error("throttled")));
    const slots = await acquire();
    await clock.advance(8_000);
    slots.inUse();
    await clock.advance(0);
    expect(slots.inUse()).toBe(3);
    expect(log.lines).toMatchObject([{ level: "warn", event: "slots_not_counted" }]);
    expect((await setUp({ a: "broken" }).acquire()).inUse()).toBe(1);
  });
});
