import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { makeAnswerPiecesTable } from "#adapters/dynamodb/answer-pieces-table.ts";
import { systemClock } from "#adapters/node/system-clock.ts";
import type { AppSecrets } from "#adapters/secrets/app-secrets.ts";
import type { AnswerPiece, AnswerRun } from "#core/chat/answer-pieces.ts";
import type { Clock } from "#core/shared/clock.ts";
import { anyEvent } from "../support/chat/any-events.ts";
import { startMs } from "../support/chat/chat-turns.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { makeTestClock } from "../support/test-clock.ts";
import { app, appsBehind, appsOf, namedKey } from "../unit/adapters/secrets/apps.ts";

const maxTurnMs = 900_000;
const replayMs = 600_000;
const dayMs = 24 * 60 * 60 * 1000;

let table: TestTable;
beforeAll(async () => {
  table = closeAfterAll(await startTable("guards"));
});

let turns = 0;
/** The store, its clock, and an answer that no other test uses. */
const setUp = (apps: AppSecrets = appsOf(app(), app({ appKey: "app-two" })), given?: Clock) => {
  turns += 1;
  const testClock = makeTestClock(startMs);
  const clock = given ?? testClock;
  const answer: AnswerRun = { appKey: "app-one", turn: `turn-${turns}`, attempt: 1 };
  const storeWith = (by: AppSecrets) => makeAnswerPiecesTable({ ...table, apps: by, clock });
  const store = storeWith(apps);
  const guardOf = (of: AnswerRun, n: number) =>
    `piece#${JSON.stringify([of.appKey, of.turn, of.attempt, n])}`;
  const itemOf = async (n: number, of = answer) => {
    const Key = { guard: guardOf(of, n) };
    return (await table.client.send(new GetCommand({ TableName: table.tableName, Key }))).Item;
  };
  const plant = async (item: object | undefined, n: number, of = answer) => {
    await table.client.send(
      new PutCommand({ TableName: table.tableName, Item: { ...item, guard: guardOf(of, n) } }),
    );
  };
  return { clock: testClock, answer, store, storeWith, itemOf, plant };
};

const piece = (content: string): AnswerPiece => ({ events: [{ type: "delta", content }] });

describe("the pieces of an answer", () => {
  test("are read in order from any position, whatever the order of the writes", async () => {
    const { store, answer } = setUp();
    const pieces = Array.from({ length: 12 }, (_, n) => piece(`piece ${n}`));
    await Promise.all(pieces.toReversed().map((each, at) => store.put(answer, 11 - at, each)));
    expect(await store.read(answer, 0, 20)).toEqual(pieces);
    expect(await store.read(answer, 9, 20)).toEqual(pieces.slice(9));
    expect(await store.read(answer, 12, 20)).toEqual([]);
  });

  test("are read up to the first gap and no further", async () => {
    const { store, answer } = setUp();
    await store.put(answer, 0, piece("there"));
    await store.put(answer, 2, piece("behind a gap"));
    expect(await store.read(answer, 0, 20)).toEqual([piece("there")]);
    expect(await store.read(answer, 1, 20)).toEqual([]);
  });

  test("are read page by page if there are many, each exactly once", async () => {
    const { store, answer } = setUp();
    const pieces = Array.from({ length: 45 }, (_, n) => piece(`${n}`));
    for (const [n, each] of pieces.entries()) await store.put(answer, n, each);
    const read: AnswerPiece[] = [];
    for (;;) {
      const found = await store.read(answer, read.length, 20);
      if (found.length === 0) break;
      read.push(...found);
    }
    expect(read).toEqual(pieces);
  });

  test("say that the answer was truncated", async () => {
    const { store, answer } = setUp();
    await store.put(answer, 0, { events: [], isCut: true });
    expect(await store.read(answer, 0, 20)).toEqual([{ events: [], isCut: true }]);
  });

  test.each<[string, Partial<AnswerRun>]>([
    ["app", { appKey: "app-two" }],
    ["turn", { turn: "another" }],
    ["run of the same turn", { attempt: 2 }],
  ])("are separate from those of another %s", async (_whose, other) => {
    const { store, answer } = setUp();
    await store.put(answer, 0, piece("mine"));
    expect(await store.read({ ...answer, ...other }, 0, 20)).toEqual([]);
  });

  test("are read back unchanged, whatever they contain", async () => {
    const { store, answer } = setUp();
    let n = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyEvent, { maxLength: 6 }), async (events) => {
        await store.put(answer, n, { events });
        expect((await store.read(answer, n, 20)).at(0)).toEqual({ events });
        n += 1;
      }),
      { numRuns: 60 },
    );
  });

  test("of the maximum size fit a record, and one read returns twenty of them", async () => {
    // DynamoDB reads a megabyte at a time, in no order: the rest is requested again after a pause.
    const { store, answer } = setUp(undefined, systemClock);
    const large = piece("\u0001".repeat(32 * 1024));
    for (let n = 0; n < 20; n += 1) await store.put(answer, n, large);
    expect(await store.read(answer, 0, 20)).toHaveLength(20);
  });

  test("are readable for as long as the longest turn plus its replay, and not after that even if the record still exists", async () => {
    const { store, answer, clock, itemOf } = setUp();
    await store.put(answer, 0, piece("first"));
    await clock.advance(maxTurnMs + replayMs - 1);
    expect(await store.read(answer, 0, 20)).toHaveLength(1);
    await clock.advance(1);
    expect(await store.read(answer, 0, 20)).toEqual([]);
    expect(await itemOf(0)).toMatchObject({ ttl: (startMs + maxTurnMs + replayMs + dayMs) / 1000 });
  });

  test("may be written twice, as the SDK does when a reply is lost", async () => {
    const { store, answer } = setUp();
    await store.put(answer, 0, piece("once"));
    await store.put(answer, 0, piece("once"));
    expect(await store.read(answer, 0, 20)).toEqual([piece("once")]);
  });
});

describe("the content of a piece", () => {
  test("is not readable in the record", async () => {
    const { store, answer, itemOf } = setUp();
    await store.put(answer, 0, piece("a secret of the user's"));
    const item = await itemOf(0);
    expect(Object.keys(item ?? {}).sort()).toEqual(["expiresAt", "guard", "sealed", "ttl", "version"]);
    const sealed = String(item?.sealed);
    expect(sealed).not.toContain("secret");
    expect(Buffer.from(sealed.split(".")[1] ?? "", "base64").toString("latin1")).not.toContain("secret");
  });

  test.each<[string, Partial<AnswerRun>, number]>([
    ["another position", {}, 1],
    ["another run", { attempt: 2 }, 0],
    ["another turn", { turn: "another's" }, 0],
    ["another app", { appKey: "app-two" }, 0],
  ])("cannot be decrypted in %s", async (_where, other, n) => {
    const { store, answer, itemOf, plant } = setUp();
    await store.put(answer, 0, piece("mine"));
    const elsewhere = { ...answer, ...other };
    await plant(await itemOf(0), n, elsewhere);
    await expect(store.read(elsewhere, n, 20)).rejects.toThrow();
  });

  test("can be decrypted while the key it was encrypted with is being rotated", async () => {
    const { store, storeWith, answer } = setUp();
    await store.put(answer, 0, piece("sealed before"));
    const rotated = storeWith(appsOf(app({ dataKeys: [namedKey("d2", 7), namedKey("d1", 1)] })));
    expect(await rotated.read(answer, 0, 20)).toEqual([piece("sealed before")]);
  });

  test("can be decrypted by a process that does not know the newest key yet", async () => {
    const [before, now] = [app(), app({ dataKeys: [namedKey("d2", 7), namedKey("d1", 1)] })];
    const { store, storeWith, answer } = setUp(appsOf(now));
    await store.put(answer, 0, piece("sealed by the newest"));
    const { apps, reads } = appsBehind(before, now);
    expect(await storeWith(apps).read(answer, 0, 20)).toEqual([piece("sealed by the newest")]);
    expect(reads.count).toBe(1);
  });

  test("is neither stored nor read for an app whose keys were removed", async () => {
    const { store, answer } = setUp(appsOf());
    await expect(store.put(answer, 0, piece("x"))).rejects.toMatchObject({ code: "unknown_app" });
    await expect(store.read(answer, 0, 20)).rejects.toMatchObject({ code: "unknown_app" });
  });
});
