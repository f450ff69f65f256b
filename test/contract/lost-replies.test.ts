import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { makeJobsTable } from "#adapters/dynamodb/jobs-table.ts";
import { makeReplayGuard } from "#adapters/dynamodb/replay-guard.ts";
import { noStories } from "#adapters/dynamodb/story-attributes.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import type { JobId } from "#core/jobs/job.ts";
import { startHttpServer } from "../../local/http-server.ts";
import { closeAfterAll, closeAfterEach } from "../support/close-after.ts";
import { makeClient, startTable, type TestTable } from "../support/dynamodb.ts";
import { losingReply } from "../support/losing-replies.ts";

let tables: Record<"turns" | "guards", TestTable>;
beforeAll(async () => {
  tables = {
    turns: closeAfterAll(await startTable("turns")),
    guards: closeAfterAll(await startTable("guards")),
  };
});

/** Through a client that loses its `nth` reply. */
const lossy = async <T>(
  table: TestTable,
  ask: (ports: { client: TestTable["client"] }) => Promise<T>,
  nth = 1,
) => {
  const lossyTable = closeAfterEach(await losingReply(table, nth));
  const answer = await ask(lossyTable);
  expect(lossyTable.calls()).toBeGreaterThan(nth);
  return answer;
};

describe("a write whose reply was lost, and which the SDK retries,", () => {
  test("does not make a first request look like a replay", async () => {
    const { tableName } = tables.guards;
    const isFirst = ({ client }: Pick<TestTable, "client">) =>
      makeReplayGuard({ client, tableName, clock }).isFirst(
        { signature: "request-1", signedAt: clock.now(), use: randomUUID() },
        { recordedUntil: clock.now() + 60_000 },
      );
    expect(await lossy(tables.guards, isFirst)).toBe(true);
    expect(await isFirst(tables.guards)).toBe(false);
  });
});

describe("a write to a job whose reply was lost, and which the SDK retries,", () => {
  let jobs = 0;
  /**
   * A job that no other test uses, and the writes to its record, also through a client that loses a reply.
   */
  const begin = () => {
    jobs += 1;
    const { tableName } = tables.turns;
    const id: JobId = {
      appKey: "app-one",
      eventType: "message:private",
      fromUserId: "u7",
      msgUID: `m${jobs}`,
      botUserId: "b1",
      integrationType: "dify_chat",
    };
    const lease = (token: string) => ({ token, expiresAt: clock.now() + 25_000 });
    const writes = ({ client }: Pick<TestTable, "client">) => {
      const store = makeJobsTable({ client, tableName, clock, stories: noStories });
      return {
        claim: (token: string) => store.claim(id, lease(token)),
        renew: (token: string) => store.renew(id, lease(token)),
        complete: (token: string) => store.complete(id, token, "answered", clock.now() + 60_000),
        claimNotice: (token: string) => store.claimNotice(id, token),
        release: (token: string) => store.release(id, token),
      };
    };
    const withLostReply = <T>(write: (store: ReturnType<typeof writes>) => Promise<T>, nth = 1) =>
      lossy(tables.turns, (table) => write(writes(table)), nth);
    return { ...writes(tables.turns), withLostReply };
  };

  test("does not make it busy for its own claim", async () => {
    const { withLostReply, claim } = begin();
    expect(await withLostReply((store) => store.claim("mine"))).toMatchObject({ status: "claimed" });
    expect(await claim("another")).toMatchObject({ status: "busy" });
  });

  test("does not withhold the notice that the user must wait", async () => {
    const { withLostReply, claim } = begin();
    await claim("mine");
    expect(await withLostReply((store) => store.claimNotice("mine"))).toBe(true);
  });

  test.each([1, 2])(
    "does not hand it to a claim that found it busy, whichever of its two replies is lost: %d",
    async (nth) => {
      const { withLostReply, claim, renew } = begin();
      await claim("mine");
      expect(await withLostReply((store) => store.claim("another"), nth)).toMatchObject({ status: "busy" });
      expect(await renew("mine")).toBe(true);
    },
  );

  test.each([1, 2])(
    "does not reopen a job that is done, whichever of its two replies is lost: %d",
    async (nth) => {
      const { withLostReply, claim, complete } = begin();
      await claim("mine");
      await complete("mine");
      expect(await withLostReply((store) => store.claim("another"), nth)).toEqual({ status: "done" });
    },
  );

  test("does not tell its holder that another has the lease", async () => {
    const { withLostReply, claim } = begin();
    await claim("mine");
    expect(await withLostReply((store) => store.renew("mine"))).toBe(true);
    expect(await withLostReply((store) => store.complete("mine"))).toBe(true);
    expect(await claim("another")).toEqual({ status: "done" });
  });

  test("does not keep a released job from the next worker", async () => {
    const { withLostReply, claim } = begin();
    await claim("mine");
    await withLostReply((store) => store.release("mine"));
    expect(await claim("another")).toEqual({ status: "claimed", tries: 2 });
  });
});

test("a call to DynamoDB that never answers fails within the gateway's timeout", async () => {
  const silent = closeAfterEach(await startHttpServer(0, async () => {}));
  const client = makeClient(silent.url);
  const guard = makeReplayGuard({ client, tableName: "any", clock });
  const start = clock.now();
  const use = { signature: "request-1", signedAt: start, use: "call" };
  await expect(guard.isFirst(use, { recordedUntil: start + 60_000 })).rejects.toThrow();
  expect(clock.now() - start).toBeLessThan(10_000);
  client.destroy();
});
