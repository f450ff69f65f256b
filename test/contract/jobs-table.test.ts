import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { makeJobsTable } from "#adapters/dynamodb/jobs-table.ts";
import { noStories } from "#adapters/dynamodb/story-attributes.ts";
import { type JobId, jobKeyOf } from "#core/jobs/job.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { makeTestClock } from "../support/test-clock.ts";

const startMs = Date.UTC(2026, 0, 1);
const leaseMs = 900_000;
const dayMs = 24 * 60 * 60 * 1000;

let table: TestTable;
beforeAll(async () => {
  table = closeAfterAll(await startTable("turns"));
});

let jobs = 0;
/** The store, its clock, and a job that no other test uses. */
const begin = () => {
  jobs += 1;
  const clock = makeTestClock(startMs);
  const id: JobId = {
    appKey: "app-one",
    eventType: "message:private",
    fromUserId: "u7",
    msgUID: `message-${jobs}`,
    botUserId: "bot-helpdesk",
    integrationType: "dify_chat",
  };
  const store = makeJobsTable({ ...table, clock, stories: noStories });
  const claim = (token: string, of = id) => store.claim(of, { token, expiresAt: clock.now() + leaseMs });
  const itemOf = async () =>
    (await table.items()).find(({ turn }) => String(turn).includes(`"${id.msgUID}"`));
  return { clock, id, store, claim, itemOf };
};

const claimed = (tries: number) => ({ status: "claimed", tries });
const busy = (tries: number) => expect.objectContaining({ status: "busy", tries });
const done = { status: "done" };

describe("a job", () => {
  test("is claimed once by concurrent claims, each of which is counted", async () => {
    const { claim } = begin();
    const claims = await Promise.all(Array.from({ length: 20 }, (_, worker) => claim(`worker-${worker}`)));
    expect(claims.filter(({ status }) => status === "claimed")).toEqual([claimed(1)]);
    const others = claims.filter(({ status }) => status === "busy");
    const counts = others.map((each) => ("tries" in each ? each.tries : 0));
    expect(counts.sort((one, other) => one - other)).toEqual(Array.from({ length: 19 }, (_, at) => at + 2));
  });

  test("claims the notice to its user once, through any worker", async () => {
    const { claim, store, id, clock } = begin();
    await claim("first");
    expect(await store.claimNotice(id, "another")).toBe(false);
    expect(await store.claimNotice(id, "first")).toBe(true);
    await clock.advance(leaseMs);
    await claim("second");
    expect(await store.claimNotice(id, "second")).toBe(false);
    expect(await store.claimNotice(id, "first")).toBe(false);
  });

  test("is busy while its lease lasts, and free when it ends", async () => {
    const { claim, clock } = begin();
    expect(await claim("first")).toEqual(claimed(1));
    await clock.advance(leaseMs - 1);
    expect(await claim("second")).toEqual(busy(2));
    await clock.advance(1);
    expect(await claim("second")).toEqual(claimed(3));
  });

  test("is done once it is completed, for as long as that is remembered", async () => {
    const { claim, store, id, clock } = begin();
    await claim("first");
    expect(await store.complete(id, "first", "answered", clock.now() + 5 * dayMs)).toBe(true);
    expect(await claim("second")).toEqual(done);
    await clock.advance(5 * dayMs - 1);
    expect(await claim("second")).toEqual(done);
    await clock.advance(1);
    expect(await claim("second")).toMatchObject({ status: "claimed" });
  });

  test("that is done stays done under concurrent claims", async () => {
    const { claim, store, id, clock } = begin();
    await claim("first");
    await store.complete(id, "first", "answered", clock.now() + dayMs);
    const claims = await Promise.all(Array.from({ length: 10 }, (_, worker) => claim(`worker-${worker}`)));
    expect(claims).toEqual(Array.from({ length: 10 }, () => done));
  });

  test("whose end is forgotten starts over, whether or not its record still exists: old attempts do not count", async () => {
    const { claim, store, id, clock, itemOf } = begin();
    for (let tries = 1; tries <= 9; tries += 1) {
      await claim(`worker-${tries}`);
      await store.release(id, `worker-${tries}`);
    }
    expect(await claim("last")).toEqual(claimed(10));
    await store.complete(id, "last", "given_up", clock.now() + 5 * dayMs);
    await clock.advance(5 * dayMs);
    expect(await claim("first of the next")).toEqual(claimed(1));
    expect(await itemOf()).not.toHaveProperty("outcome");
  });

  test("is not completed by a worker whose lease has been taken over", async () => {
    const { claim, store, id, clock } = begin();
    await claim("slow");
    await clock.advance(leaseMs);
    await claim("quick");
    expect(await store.complete(id, "slow", "answered", clock.now() + dayMs)).toBe(false);
    expect(await claim("third")).toEqual(busy(3));
    expect(await store.complete(id, "quick", "answered", clock.now() + dayMs)).toBe(true);
  });

  test("is completed by a worker whose lease has expired if no other has claimed it", async () => {
    const { claim, store, id, clock } = begin();
    await claim("slow");
    await clock.advance(2 * leaseMs);
    expect(await store.complete(id, "slow", "answered", clock.now() + dayMs)).toBe(true);
    expect(await claim("second")).toEqual(done);
  });

  test("is completed only by its holder, even twice, as the SDK does when a reply was lost", async () => {
    const { claim, store, id, clock } = begin();
    expect(await store.complete(id, "nobody", "answered", clock.now() + dayMs)).toBe(false);
    expect(await claim("first")).toEqual(claimed(1));
    expect(await store.complete(id, "first", "answered", clock.now() + dayMs)).toBe(true);
    expect(await store.complete(id, "first", "answered", clock.now() + dayMs)).toBe(true);
    expect(await store.complete(id, "second", "answered", clock.now() + dayMs)).toBe(false);
  });

  test("lets the next worker know which message the previous one may have left open", async () => {
    const { claim, store, id, clock, itemOf } = begin();
    await claim("dies");
    const expiresAt = clock.now() + leaseMs;
    await store.checkpoint(id, { token: "dies", expiresAt }, { messageUID: "m1", seq: 3 });
    await store.checkpoint(id, { token: "somebody else", expiresAt }, { messageUID: "m9", seq: 9 });
    await clock.advance(leaseMs);
    expect(await claim("next")).toEqual({ status: "claimed", tries: 2, open: { messageUID: "m1", seq: 3 } });
    await store.checkpoint(
      id,
      { token: "next", expiresAt: clock.now() + leaseMs },
      { messageUID: "m2", seq: 1 },
    );
    await store.complete(id, "next", "answered", clock.now() + dayMs);
    expect(await itemOf()).not.toHaveProperty("open");
  });

  test("lets the next worker know how much was sent, and by which reference the model finds the answer", async () => {
    const { claim, store, id, clock, itemOf } = begin();
    const plan = { first: 8, next: 9, growth: 1 };
    const open = { messageUID: "m1", seq: 3, sent: { length: 40, hash: "00ff", plan, chunks: 2 } };
    await claim("dies");
    const checkpoint = (token: string, ...parts: [open: typeof open | undefined, reference?: string]) =>
      store.checkpoint(id, { token, expiresAt: clock.now() + leaseMs }, ...parts);
    expect(await checkpoint("dies", undefined, "r1")).toBe(true);
    expect(await checkpoint("dies", open)).toBe(true);
    expect(await checkpoint("somebody else", undefined, "r2")).toBe(false);
    await clock.advance(leaseMs);
    expect(await claim("next")).toEqual({ status: "claimed", tries: 2, open, reference: "r1" });
    await store.complete(id, "next", "answered", clock.now() + dayMs);
    expect(await itemOf()).not.toHaveProperty("reference");
  });

  test("keeps its worker's lease by a checkpoint as by a renewal", async () => {
    const { claim, store, id, clock } = begin();
    await claim("first");
    await clock.advance(leaseMs - 1_000);
    const expiresAt = clock.now() + leaseMs;
    expect(await store.checkpoint(id, { token: "first", expiresAt }, undefined, "r1")).toBe(true);
    await clock.advance(leaseMs - 1_000);
    expect(await claim("second")).toMatchObject({ status: "busy", heldUntil: expiresAt });
  });

  test("says until when another worker has its lease", async () => {
    const { claim, clock } = begin();
    await claim("first");
    expect(await claim("second")).toEqual({ status: "busy", tries: 2, heldUntil: clock.now() + leaseMs });
  });

  test("that is postponed is free at once without counting an attempt; only its holder can postpone it", async () => {
    const { claim, store, id } = begin();
    await claim("first");
    await store.postpone(id, "somebody else");
    expect(await claim("second")).toEqual(busy(2));
    await store.postpone(id, "first");
    expect(await claim("third")).toEqual(claimed(2));
  });

  test("has its lease extended only by its holder", async () => {
    const { claim, store, id, clock } = begin();
    await claim("first");
    await clock.advance(leaseMs - 1);
    expect(await store.renew(id, { token: "other", expiresAt: clock.now() + leaseMs })).toBe(false);
    expect(await store.renew(id, { token: "first", expiresAt: clock.now() + leaseMs })).toBe(true);
    await clock.advance(leaseMs - 1);
    expect(await claim("second")).toEqual(busy(2));
    await clock.advance(1);
    expect(await claim("second")).toEqual(claimed(3));
  });

  test("that is done has no lease any more", async () => {
    const { claim, store, id, clock } = begin();
    await claim("first");
    await store.complete(id, "first", "answered", clock.now() + dayMs);
    expect(await store.renew(id, { token: "first", expiresAt: clock.now() + leaseMs })).toBe(false);
    expect(await claim("second")).toEqual(done);
  });

  test("that is released is free at once, and its attempts keep counting", async () => {
    const { claim, store, id } = begin();
    await claim("first");
    await store.release(id, "first");
    expect(await claim("second")).toEqual(claimed(2));
    await store.release(id, "second");
    expect(await claim("third")).toEqual(claimed(3));
  });

  test("that is released cannot be taken back by a heartbeat that was still in flight", async () => {
    const { claim, store, id, clock } = begin();
    await claim("first");
    await store.release(id, "first");
    expect(await store.renew(id, { token: "first", expiresAt: clock.now() + leaseMs })).toBe(false);
    expect(await store.complete(id, "first", "answered", clock.now() + dayMs)).toBe(false);
    expect(await claim("second")).toEqual(claimed(2));
  });

  test("is not released by a worker whose lease has been taken over, nor once it is done", async () => {
    const { claim, store, id, clock } = begin();
    await claim("slow");
    await clock.advance(leaseMs);
    await claim("quick");
    await store.release(id, "slow");
    expect(await claim("third")).toEqual(busy(3));
    await store.complete(id, "quick", "answered", clock.now() + dayMs);
    await store.release(id, "quick");
    expect(await claim("third")).toEqual(done);
  });

  test("that was never claimed can be released, and leaves nothing behind", async () => {
    const { store, id, itemOf } = begin();
    await store.release(id, "nobody");
    expect(await store.renew(id, { token: "nobody", expiresAt: startMs + leaseMs })).toBe(false);
    expect(await store.complete(id, "nobody", "answered", startMs + dayMs)).toBe(false);
    expect(await itemOf()).toBeUndefined();
  });

  test("that the previous version claimed without counting attempts is counted from now on", async () => {
    const { claim, id, clock } = begin();
    const turn = jobKeyOf(id);
    const expiresAt = clock.now() + leaseMs;
    const Item = { turn, version: 1, state: "running", token: "before", expiresAt };
    await table.client.send(new PutCommand({ TableName: table.tableName, Item }));
    expect(await claim("second")).toEqual(busy(1));
    await clock.advance(leaseMs);
    expect(await claim("second")).toEqual(claimed(2));
  });

  test.each<[string, Partial<JobId>]>([
    ["app", { appKey: "app-two" }],
    ["bot", { botUserId: "bot-sales" }],
    ["integration", { integrationType: "webhook" }],
    ["message", { msgUID: "another" }],
    ["event of the same message, such as its recall", { eventType: "message:private_recall" }],
  ])("is separate from that of another %s", async (_name, other) => {
    const { claim, store, id, clock } = begin();
    await claim("first");
    const others = { ...id, ...other, msgUID: other.msgUID ? `${id.msgUID} ${other.msgUID}` : id.msgUID };
    expect(await claim("second", others)).toEqual(claimed(1));
    await store.complete(others, "second", "answered", clock.now() + dayMs);
    expect(await claim("third")).toEqual(busy(2));
  });

  test("may be deleted by DynamoDB a day after its lease, or after it is no longer remembered", async () => {
    const { claim, store, id, itemOf } = begin();
    await claim("first");
    expect(await itemOf()).toMatchObject({ version: 1, ttl: (startMs + leaseMs + dayMs) / 1000 });
    await store.renew(id, { token: "first", expiresAt: startMs + 2 * leaseMs });
    expect(await itemOf()).toMatchObject({ ttl: (startMs + 2 * leaseMs + dayMs) / 1000 });
    await store.complete(id, "first", "answered", startMs + 5 * dayMs);
    expect(await itemOf()).toMatchObject({ outcome: "answered", ttl: (startMs + 6 * dayMs) / 1000 });
  });
});
