import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { makeTurnsTable } from "../../functions/adapters/dynamodb/turns-table.ts";
import type { TurnId } from "../../functions/core/turn.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { makeTestClock } from "../support/test-clock.ts";

const startMs = Date.UTC(2026, 0, 1);
const leaseMs = 900_000;
const dayMs = 24 * 60 * 60 * 1000;

let table: TestTable;
beforeAll(async () => {
  table = await startTable("turns");
});
afterAll(() => table.close());

let turns = 0;
/** The store, its clock, and a turn that no other test has. */
const begin = () => {
  turns += 1;
  const clock = makeTestClock(startMs);
  const id: TurnId = {
    appKey: "app-one",
    eventType: "message:private",
    msgUID: `message-${turns}`,
    botUserId: "bot-helpdesk",
    integrationType: "dify_chat",
  };
  const store = makeTurnsTable({ ...table, clock });
  const claim = (token: string, of = id) => store.claim(of, { token, expiresAt: clock.now() + leaseMs });
  const itemOf = async () =>
    (await table.items()).find(({ turn }) => String(turn).includes(`"${id.msgUID}"`));
  return { clock, id, store, claim, itemOf };
};

describe("a turn", () => {
  test("is claimed once, of many claims at the same time", async () => {
    const { claim } = begin();
    const claims = await Promise.all(Array.from({ length: 20 }, (_, worker) => claim(`worker-${worker}`)));
    expect(claims.filter((each) => each === "claimed")).toHaveLength(1);
    expect(claims.filter((each) => each === "busy")).toHaveLength(19);
  });

  test("is busy while its lease lasts, and free from its end on", async () => {
    const { claim, clock } = begin();
    await claim("first");
    await clock.advance(leaseMs - 1);
    expect(await claim("second")).toBe("busy");
    await clock.advance(1);
    expect(await claim("second")).toBe("claimed");
  });

  test("is done once it is completed, for as long as it is to be remembered", async () => {
    const { claim, store, id, clock } = begin();
    await claim("first");
    expect(await store.complete(id, "first", "answered", clock.now() + 5 * dayMs)).toBe(true);
    expect(await claim("second")).toBe("done");
    await clock.advance(5 * dayMs - 1);
    expect(await claim("second")).toBe("done");
    await clock.advance(1);
    expect(await claim("second")).toBe("claimed");
  });

  test("that is done stays done, of many claims at the same time", async () => {
    const { claim, store, id, clock } = begin();
    await claim("first");
    await store.complete(id, "first", "answered", clock.now() + dayMs);
    const claims = await Promise.all(Array.from({ length: 10 }, (_, worker) => claim(`worker-${worker}`)));
    expect(new Set(claims)).toEqual(new Set(["done"]));
  });

  test("is not completed by a worker whose lease another has by now", async () => {
    const { claim, store, id, clock } = begin();
    await claim("slow");
    await clock.advance(leaseMs);
    await claim("quick");
    expect(await store.complete(id, "slow", "answered", clock.now() + dayMs)).toBe(false);
    expect(await claim("third")).toBe("busy");
    expect(await store.complete(id, "quick", "answered", clock.now() + dayMs)).toBe(true);
  });

  test("is completed by its holder alone, who may say so twice: the SDK does where a reply was lost", async () => {
    const { claim, store, id, clock } = begin();
    expect(await store.complete(id, "nobody", "answered", clock.now() + dayMs)).toBe(false);
    expect(await claim("first")).toBe("claimed");
    expect(await store.complete(id, "first", "answered", clock.now() + dayMs)).toBe(true);
    expect(await store.complete(id, "first", "answered", clock.now() + dayMs)).toBe(true);
    expect(await store.complete(id, "second", "answered", clock.now() + dayMs)).toBe(false);
  });

  test("that is given up cannot be taken back by a heartbeat that was still under way", async () => {
    const { claim, store, id, clock } = begin();
    await claim("first");
    await store.release(id, "first");
    expect(await store.renew(id, { token: "first", expiresAt: clock.now() + leaseMs })).toBe(false);
    expect(await claim("second")).toBe("claimed");
  });

  test("that is given up is free at once", async () => {
    const { claim, store, id } = begin();
    await claim("first");
    await store.release(id, "first");
    expect(await claim("second")).toBe("claimed");
  });

  test("is not given up by a worker whose lease another has by now, nor once it is done", async () => {
    const { claim, store, id, clock } = begin();
    await claim("slow");
    await clock.advance(leaseMs);
    await claim("quick");
    await store.release(id, "slow");
    expect(await claim("third")).toBe("busy");
    await store.complete(id, "quick", "answered", clock.now() + dayMs);
    await store.release(id, "quick");
    expect(await claim("third")).toBe("done");
  });

  test("that nobody claimed can be given up, and leaves nothing behind", async () => {
    const { store, id, itemOf } = begin();
    await store.release(id, "nobody");
    expect(await itemOf()).toBeUndefined();
  });

  test.each<[string, Partial<TurnId>]>([
    ["app", { appKey: "app-two" }],
    ["bot", { botUserId: "bot-sales" }],
    ["integration", { integrationType: "dify_workflow" }],
    ["message", { msgUID: "another" }],
  ])("is not another %s's", async (_name, other) => {
    const { claim, id } = begin();
    await claim("first");
    expect(await claim("second", { ...id, msgUID: `${id.msgUID} of others`, ...other })).toBe("claimed");
    expect(await claim("third")).toBe("busy");
  });

  test("may be deleted by DynamoDB a day after its lease, or after it is to be remembered", async () => {
    const { claim, store, id, itemOf } = begin();
    await claim("first");
    expect(await itemOf()).toMatchObject({ ttl: (startMs + leaseMs + dayMs) / 1000 });
    await store.complete(id, "first", "answered", startMs + 5 * dayMs);
    expect(await itemOf()).toMatchObject({ outcome: "answered", ttl: (startMs + 6 * dayMs) / 1000 });
  });
});
