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

const guardAt = (clock = makeTestClock(startMs)) => ({ clock, guard: makeReplayGuard({ ...table, clock }) });

describe("a request", () => {
  test("is the first only once among concurrent copies", async () => {
    const { guard } = guardAt();
    const all = await Promise.all(
      Array.from({ length: 20 }, () => guard.isFirst("many", startMs + windowMs)),
    );
    expect(all.filter(Boolean)).toHaveLength(1);
  });

  test("is the first again after its expiry, even if its record is still in the table", async () => {
    const { guard, clock } = guardAt();
    expect(await guard.isFirst("forgotten", startMs + windowMs)).toBe(true);
    await clock.advance(windowMs - 1);
    expect(await guard.isFirst("forgotten", startMs + 2 * windowMs)).toBe(false);
    await clock.advance(1);
    expect(await guard.isFirst("forgotten", startMs + 2 * windowMs)).toBe(true);
    expect(await guard.isFirst("forgotten", startMs + 2 * windowMs)).toBe(false);
  });

  test("is separate from another one", async () => {
    const { guard } = guardAt();
    await guard.isFirst("one", startMs + windowMs);
    expect(await guard.isFirst("other", startMs + windowMs)).toBe(true);
  });

  test("may be deleted by DynamoDB a day after its expiry, in seconds", async () => {
    const { guard } = guardAt();
    await guard.isFirst("ttl", startMs + windowMs);
    const item = (await table.items()).find(({ guard: key }) => String(key).endsWith("ttl"));
    expect(item?.ttl).toBe((startMs + windowMs) / 1000 + 24 * 60 * 60);
  });
});

describe("a record of a signature that may be used again", () => {
  test("is extended for the same use only, and not once it has expired", async () => {
    const { guard, clock } = guardAt();
    const renew = (use: string): Promise<boolean> => guard.renew("again", clock.now() + windowMs, use);
    expect(await renew("calls")).toBe(false);
    expect(await guard.isFirst("again", startMs + windowMs, "calls")).toBe(true);
    await clock.advance(windowMs - 1);
    expect(await renew("callback")).toBe(false);
    expect(await renew("calls")).toBe(true);
    await clock.advance(windowMs - 1);
    expect(await guard.isFirst("again", clock.now() + windowMs, "callback")).toBe(false);
    await clock.advance(1);
    expect(await renew("calls")).toBe(false);
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
