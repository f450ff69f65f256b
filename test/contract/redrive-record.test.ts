import { beforeAll, describe, expect, test } from "@jest/globals";
import { makeJobsTable } from "#adapters/dynamodb/jobs-table.ts";
import { makeReopenJob } from "#adapters/dynamodb/reopen-job.ts";
import { noStories } from "#adapters/dynamodb/story-attributes.ts";
import { integrationTypes } from "#core/bot/integration-types.ts";
import type { JobId } from "#core/jobs/job.ts";
import { closeAfterAll, closeAfterEach } from "../support/close-after.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { losingReply } from "../support/losing-replies.ts";
import { makeTestClock } from "../support/test-clock.ts";

const leaseMs = 15_000;
const rememberMs = 5 * 24 * 60 * 60 * 1000;

let table: TestTable;
beforeAll(async () => {
  table = closeAfterAll(await startTable("turns"));
});

let jobs = 0;
const begin = (given: Partial<JobId> = {}) => {
  jobs += 1;
  const id: JobId = {
    appKey: "app-one",
    eventType: "message:private",
    fromUserId: "u7",
    msgUID: `message-${jobs}`,
    botUserId: "bot-helpdesk",
    integrationType: "webhook",
    ...given,
  };
  const clock = makeTestClock();
  const store = makeJobsTable({ ...table, clock, stories: noStories });
  const claim = (token: string) => store.claim(id, { token, expiresAt: clock.now() + leaseMs });
  const end = async (outcome: string) => {
    for (const token of ["first", "second", "third"]) {
      await claim(token);
      await store.release(id, token);
    }
    await claim("last");
    await store.complete(id, "last", outcome, clock.now() + rememberMs);
  };
  return { id, clock, store, claim, end, reopen: makeReopenJob({ ...table, clock }) };
};

describe("a job is reopened", () => {
  test.each(integrationTypes)(
    "when it was given up, and %s has all its attempts again",
    async (integrationType) => {
      const { id, claim, end, reopen } = begin({ integrationType });
      await end("given_up");
      expect(await claim("early")).toEqual({ status: "done" });
      expect(await reopen(id)).toEqual({ status: "open" });
      expect(await claim("new")).toEqual({ status: "claimed", tries: 1 });
    },
  );

  test("when its record has expired but still exists, which would otherwise keep counting attempts", async () => {
    const { id, clock, claim, end, reopen } = begin();
    await end("given_up");
    await clock.advance(rememberMs);
    expect(await reopen(id)).toEqual({ status: "open" });
    expect(await claim("new")).toEqual({ status: "claimed", tries: 1 });
  });

  test("when its workers died one after another and SQS itself gave it up", async () => {
    const { id, clock, store, claim, reopen } = begin();
    await claim("dead");
    await clock.advance(leaseMs);
    expect(await reopen(id)).toEqual({ status: "open" });
    expect(await store.renew(id, { token: "dead", expiresAt: clock.now() + leaseMs })).toBe(false);
    expect(await store.complete(id, "dead", "delivered", clock.now() + rememberMs)).toBe(false);
    expect(await claim("new")).toEqual({ status: "claimed", tries: 1 });
  });

  test("when it has no record, any number of times", async () => {
    const { id, end, reopen } = begin();
    expect(await reopen(id)).toEqual({ status: "open" });
    await end("given_up");
    expect(await reopen(id)).toEqual({ status: "open" });
    expect(await reopen(id)).toEqual({ status: "open" });
  });

  test("even if the reply was lost and the SDK retries", async () => {
    const { id, clock, end } = begin();
    await end("given_up");
    const lossy = closeAfterEach(await losingReply(table));
    expect(await makeReopenJob({ ...lossy, clock })(id)).toEqual({ status: "open" });
    expect(lossy.calls()).toBe(2);
  });
});

describe("a job is left unchanged", () => {
  test("while a worker has its lease", async () => {
    const { id, clock, store, claim, reopen } = begin();
    await claim("working");
    await clock.advance(leaseMs - 1);
    expect(await reopen(id)).toEqual({ status: "running" });
    expect(await store.complete(id, "working", "delivered", clock.now() + rememberMs)).toBe(true);
  });

  test.each(["delivered", "dropped", "answered", "failed"])(
    "when it has ended as %s, for as long as that is remembered",
    async (outcome) => {
      const { id, clock, claim, end, reopen } = begin();
      await end(outcome);
      expect(await reopen(id)).toEqual({ status: "settled", outcome });
      expect(await claim("late")).toEqual({ status: "done" });
      await clock.advance(rememberMs);
      expect(await reopen(id)).toEqual({ status: "settled", outcome });
    },
  );

  test.each<[string, Partial<JobId>]>([
    ["app", { appKey: "app-two" }],
    ["event", { eventType: "message:private_recall" }],
    ["message", { msgUID: "another" }],
    ["bot", { botUserId: "bot-sales" }],
    ["integration", { integrationType: "dify_chat" }],
  ])("when it is that of another %s", async (_name, other) => {
    const { id, claim, end, reopen } = begin();
    await end("given_up");
    await reopen({ ...id, ...other });
    expect(await claim("late")).toEqual({ status: "done" });
  });
});
