import { beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { makeSlotsTable } from "#adapters/dynamodb/slots-table.ts";
import { botSlot, type SlotResult } from "#core/shared/slots.ts";
import { closeAfterAll, closeAfterEach } from "../support/close-after.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { type Command, interceptedClient } from "../support/intercepted-client.ts";
import { losingReply } from "../support/losing-replies.ts";
import { makeTestClock } from "../support/test-clock.ts";

let table: TestTable;
beforeAll(async () => {
  table = closeAfterAll(await startTable("guards"));
});

const lifeMs = 900_000;
let apps = 0;

/** The slots of an app that no other test uses. `calls`: the calls to the table since it was last called. */
const begin = (limits = { perApp: 3, perBot: 2 }, from: Pick<TestTable, "client" | "tableName"> = table) => {
  apps += 1;
  const appKey = `app-${apps}`;
  const clock = makeTestClock();
  const sent: string[] = [];
  const client = interceptedClient(from.client, (command: Command, send) => {
    sent.push(command.constructor.name);
    return send();
  });
  const slots = makeSlotsTable({ client, tableName: from.tableName, clock, random: Math.random });
  const acquire = (slot: string, botUserId = "bot-1") =>
    slots.acquire(botSlot("im", { appKey, botUserId, slot, until: clock.now() + lifeMs }, limits));
  const items = async () =>
    (await table.items()).filter(({ guard }) => String(guard).startsWith(`slots#["im","${appKey}",`));
  return { clock, acquire, items, calls: () => sent.splice(0), appKey };
};

const granted = { status: "granted" };
const refusedBy = (by: string) => ({ status: "refused", by });
const isGranted = (result: SlotResult) => result.status === "granted";
const release = (result: SlotResult): Promise<void> =>
  result.status === "granted" ? result.release() : Promise.reject(new Error("refused"));

describe("slots of an app", () => {
  test("are granted with one write, also the first of an app, and released with one", async () => {
    const { acquire, calls } = begin();
    const first = await acquire("t1");
    expect(first).toMatchObject(granted);
    expect(await acquire("t2")).toMatchObject(granted);
    expect(calls()).toEqual(["UpdateCommand", "UpdateCommand"]);
    await release(first);
    expect(calls()).toEqual(["UpdateCommand"]);
  });

  test("say how many there are of the app, without another call", async () => {
    const { acquire, calls } = begin({ perApp: 16, perBot: 16 });
    const counts = [];
    for (const slot of ["t1", "t2", "t3", "t2"]) {
      const slots = await acquire(slot, slot === "t3" ? "bot-2" : "bot-1");
      counts.push(slots.status === "granted" && slots.inUse);
      if (slots.status === "granted" && slot === "t3") await slots.release();
    }
    expect(counts).toEqual([1, 2, 3, 2]);
    calls();
    const last = await acquire("t4");
    expect(last.status === "granted" && [last.inUse, await last.recount()]).toEqual([3, 3]);
    expect(calls()).toEqual(["UpdateCommand", "GetCommand"]);
  });

  test("of a large app are estimated from one record of several", async () => {
    const { acquire } = begin({ perApp: 160, perBot: 160 });
    const results = [];
    for (let n = 0; n < 80; n += 1) results.push(await acquire(`t${n}`));
    const open = results.filter((each) => each.status === "granted");
    const recounts = await Promise.all(open.map((each) => each.recount()));
    const meanRate = recounts.reduce((sum, count) => sum + 1 / count, 0) / recounts.length;
    expect(open).toHaveLength(80);
    expect(1 / meanRate).toBeGreaterThan(50);
    expect(1 / meanRate).toBeLessThan(120);
  });

  test("are refused at the limit of the bot, then at that of the app, and granted again after a release", async () => {
    const { acquire } = begin();
    const first = await acquire("t1");
    await acquire("t2");
    expect(await acquire("t3")).toEqual(refusedBy("bot"));
    expect(await acquire("t4", "bot-2")).toMatchObject(granted);
    expect(await acquire("t5", "bot-2")).toEqual(refusedBy("app"));
    await release(first);
    expect(await acquire("t6", "bot-2")).toMatchObject(granted);
    expect(await acquire("t7")).toEqual(refusedBy("app"));
  });

  test("are taken over by a request for the same slot, without being counted twice", async () => {
    const { acquire } = begin({ perApp: 2, perBot: 2 });
    const dead = await acquire("t1");
    const retried = await acquire("t1");
    expect(dead).toMatchObject({ ...granted, wasOpen: false });
    expect(retried).toMatchObject({ ...granted, wasOpen: true });
    // The worker that lost the slot does not release what another one has.
    await release(dead);
    expect(await acquire("t2")).toMatchObject(granted);
    expect(await acquire("t3")).toEqual(refusedBy("app"));
    await release(retried);
    await release(retried);
    expect(await acquire("t3")).toMatchObject(granted);
    expect(await acquire("t4")).toEqual(refusedBy("app"));
  });

  test("that were taken over are given back by a request that runs nothing, as for a job that another worker has", async () => {
    const { acquire } = begin({ perApp: 1, perBot: 1 });
    const running = await acquire("t1");
    const repeated = await acquire("t1");
    if (repeated.status === "granted") await repeated.undo();
    expect(await acquire("t2")).toEqual(refusedBy("app"));
    await release(running);
    const next = await acquire("t2");
    expect(next).toMatchObject(granted);
    if (next.status === "granted") await next.undo();
    expect(await acquire("t3")).toMatchObject(granted);
  });

  test("of workers that died are free once they have expired, and leave nothing behind", async () => {
    const { acquire, clock, items } = begin();
    await acquire("dead-1", "bot-gone");
    await acquire("dead-2");
    await clock.advance(1);
    const live = await acquire("t1");
    await clock.advance(lifeMs - 2);
    expect(await acquire("t2")).toEqual(refusedBy("app"));
    await clock.advance(1);
    expect(await acquire("t2")).toMatchObject(granted);
    expect(await acquire("t3", "bot-2")).toMatchObject(granted);
    expect(await acquire("t4", "bot-2")).toEqual(refusedBy("app"));
    await release(live);
    const [item = {}] = await items();
    expect(Object.keys(item).filter((name) => name.startsWith("slot#"))).toHaveLength(2);
    expect(Object.keys(item).filter((name) => name.startsWith("count#"))).toEqual([
      expect.stringContaining("app"),
      expect.stringContaining("bot-1"),
      expect.stringContaining("bot-2"),
    ]);
  });

  test("outlive the record's TTL by nothing: it expires a day after the last of them", async () => {
    const { acquire, clock, items } = begin();
    await acquire("t1");
    const until = clock.now() + lifeMs;
    expect(await items()).toMatchObject([{ version: 1, expiresAt: until, ttl: until / 1000 + 86_400 }]);
  });

  test("never exceed a limit, however many come and leave at the same time, and are all free in the end", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 100 }),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.boolean()), { minLength: 1, maxLength: 40 }),
        async (perApp, percent, turns) => {
          const perBot = Math.max(1, Math.floor((perApp * percent) / 100));
          const { acquire, items } = begin({ perApp, perBot });
          const open: { bot: number; result: SlotResult }[] = [];
          await Promise.all(
            turns.map(async ([bot, leaves], n) => {
              const result = await acquire(`t${n}`, `bot-${bot}`);
              if (!isGranted(result)) return;
              if (leaves) await release(result);
              else open.push({ bot, result });
            }),
          );
          expect(open.length).toBeLessThanOrEqual(perApp);
          for (const bot of [1, 2, 3])
            expect(open.filter((each) => each.bot === bot).length).toBeLessThanOrEqual(perBot);
          await Promise.all(open.map(({ result }) => release(result)));
          for (const item of await items()) {
            for (const [name, value] of Object.entries(item)) {
              expect(name).not.toMatch(/^slot#/);
              if (name.startsWith("count#")) expect(value).toBe(0);
            }
          }
        },
      ),
      { numRuns: 15 },
    );
  }, 60_000);

  test("of a large limit are spread over records, none of which grows beyond a write unit", async () => {
    const { acquire, items } = begin({ perApp: 75, perBot: 50 });
    const results = await Promise.all(
      Array.from({ length: 60 }, (_, n) => acquire(`["app","message:private","5FGT-7VA9-${n}"]`)),
    );
    expect(results.filter(isGranted).length).toBeGreaterThan(40);
    expect(results.filter(isGranted).length).toBeLessThanOrEqual(50);
    const all = await items();
    expect(all.length).toBeGreaterThan(2);
    for (const item of all) expect(JSON.stringify(item).length).toBeLessThan(1_500);
  });
});

describe("slots of a limit that several records share", () => {
  const limits = { perApp: 75, perBot: 50 };
  const fill = async (acquire: (slot: string) => Promise<SlotResult>): Promise<void> => {
    for (let n = 0; n < limits.perBot; n += 1) expect(await acquire(`t${n}`)).toMatchObject(granted);
  };

  test("are granted up to the limit, and refused with one read of all records", async () => {
    const { acquire, calls } = begin(limits);
    await fill(acquire);
    calls();
    expect(await acquire("one too many")).toEqual(refusedBy("bot"));
    expect(calls()).toEqual(["UpdateCommand", "GetCommand", "BatchGetCommand"]);
  });

  test("are taken over in any record by a request for the same slot", async () => {
    const { acquire } = begin(limits);
    await fill(acquire);
    for (let n = 0; n < limits.perBot; n += 1)
      expect(await acquire(`t${n}`)).toMatchObject({ ...granted, wasOpen: true });
  });
});

describe("a write whose reply was lost, and which the SDK retries,", () => {
  test("opens a slot once, as the request's own", async () => {
    const { acquire } = begin({ perApp: 1, perBot: 1 }, closeAfterEach(await losingReply(table, 1)));
    const result = await acquire("t1");
    expect(result).toMatchObject(granted);
    expect(await acquire("t2")).toEqual(refusedBy("app"));
    await release(result);
    expect(await acquire("t2")).toMatchObject(granted);
  });

  test("releases a slot once", async () => {
    const { acquire } = begin({ perApp: 1, perBot: 1 }, closeAfterEach(await losingReply(table, 2)));
    await release(await acquire("t1"));
    expect(await acquire("t2")).toMatchObject(granted);
    expect(await acquire("t3")).toEqual(refusedBy("app"));
  });
});
