import { randomUUID } from "node:crypto";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { makeReplayGuard } from "#adapters/dynamodb/replay-guard.ts";
import { signCall } from "#adapters/rongcloud/sign-call.ts";
import { makeVerifyCall } from "#adapters/rongcloud/verify-call.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { makeTestClock } from "../support/test-clock.ts";
import { app, appsOf } from "../unit/adapters/secrets/apps.ts";

const startMs = Date.UTC(2026, 0, 1);
const windowMs = 300_000;

let table: TestTable;
beforeAll(async () => {
  table = closeAfterAll(await startTable("guards"));
});

const guardAt = (clock = makeTestClock(startMs)) => {
  const guard = makeReplayGuard({ ...table, clock });
  return {
    clock,
    guard,
    /** A call is a use of its own. */
    isFirst: (signature: string, recordedUntil = clock.now() + windowMs) =>
      guard.isFirst({ signature, signedAt: startMs, use: randomUUID() }, { recordedUntil }),
  };
};

describe("a request", () => {
  test("is the first only once among concurrent copies", async () => {
    const { isFirst } = guardAt();
    const all = await Promise.all(Array.from({ length: 20 }, () => isFirst("many")));
    expect(all.filter(Boolean)).toHaveLength(1);
  });

  test("is the first again after its expiry, even if its record is still in the table", async () => {
    const { isFirst, clock } = guardAt();
    expect(await isFirst("forgotten")).toBe(true);
    await clock.advance(windowMs - 1);
    expect(await isFirst("forgotten")).toBe(false);
    await clock.advance(1);
    expect(await isFirst("forgotten")).toBe(true);
    expect(await isFirst("forgotten")).toBe(false);
  });

  test("is separate from another one", async () => {
    const { isFirst } = guardAt();
    await isFirst("one");
    expect(await isFirst("other")).toBe(true);
  });

  test("may be deleted by DynamoDB a day after its expiry, in seconds", async () => {
    const { isFirst } = guardAt();
    await isFirst("ttl", startMs + windowMs);
    const item = (await table.items()).find(({ guard: key }) => String(key).endsWith("ttl"));
    expect(item?.ttl).toBe((startMs + windowMs) / 1000 + 24 * 60 * 60);
  });
});

describe("a use of a signature", () => {
  const useAt = (signature: string, signedAt = startMs) => ({ signature, signedAt, use: "the same" });

  test("passes again, but not with another time of signing", async () => {
    const { guard } = guardAt();
    const times = { recordedUntil: startMs + windowMs };
    expect(await guard.isFirst(useAt("timed"), times)).toBe(true);
    expect(await guard.isFirst(useAt("timed"), times)).toBe(true);
    expect(await guard.isFirst(useAt("timed", startMs + 1), times)).toBe(false);
  });

  test("passes again, if version 0.2 has recorded it", async () => {
    const { guard } = guardAt();
    const expiresAt = startMs + windowMs;
    const Item = { guard: "replay#of-0.2", version: 1, seenBy: "the same", expiresAt, ttl: 1 };
    await table.client.send(new PutCommand({ TableName: table.tableName, Item }));
    expect(await guard.isFirst({ ...useAt("of-0.2"), use: "another" }, { recordedUntil: expiresAt })).toBe(
      false,
    );
    expect(await guard.isFirst(useAt("of-0.2"), { recordedUntil: expiresAt })).toBe(true);
  });

  test("is renewed for the same use and time only, and for as long as it may be", async () => {
    const { guard, clock } = guardAt();
    const times = () => ({
      recordedUntil: clock.now() + 3 * windowMs,
      renewableUntil: clock.now() + windowMs,
    });
    expect(await guard.renew(useAt("again"), times())).toBe(false);
    expect(await guard.isFirst(useAt("again"), times())).toBe(true);
    await clock.advance(windowMs - 1);
    expect(await guard.renew({ ...useAt("again"), use: "another" }, times())).toBe(false);
    expect(await guard.renew(useAt("again", startMs + 1), times())).toBe(false);
    expect(await guard.renew(useAt("again"), times())).toBe(true);
    await clock.advance(windowMs);
    expect(await guard.renew(useAt("again"), times())).toBe(false);
    expect(await guard.isFirst({ ...useAt("again"), use: "another" }, times())).toBe(false);
  });

  test("is not renewed if it may not be", async () => {
    const { guard } = guardAt();
    const times = { recordedUntil: startMs + windowMs };
    expect(await guard.isFirst(useAt("callback"), times)).toBe(true);
    expect(await guard.renew(useAt("callback"), times)).toBe(false);
  });
});

test("of many copies of a signed call sent at once, one passes", async () => {
  const { guard, clock } = guardAt();
  const verifyCall = makeVerifyCall({ apps: appsOf(app()), replays: guard, clock, windowMs });
  const signed = signCall({ appKey: "app-one", secret: "secret-of-app-one" }, startMs);
  const headers = Object.fromEntries(
    Object.entries(signed).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const calls = await Promise.allSettled(Array.from({ length: 10 }, () => verifyCall(headers)));
  expect(calls.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});
