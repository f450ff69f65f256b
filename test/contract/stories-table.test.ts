import { QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { makeChatTurnsTable } from "#adapters/dynamodb/chat-turns-table.ts";
import { makeJobsTable } from "#adapters/dynamodb/jobs-table.ts";
import { makeStoriesTable } from "#adapters/dynamodb/stories-table.ts";
import { makeStoryAttributes, shardOf } from "#adapters/dynamodb/story-attributes.ts";
import { withTrace } from "#adapters/node/trace.ts";
import { jobIdOf, jobKeyOf } from "#core/jobs/job.ts";
import { beginningOf } from "#core/jobs/job-story.ts";
import { maxReadStories, pageOfStories, readStories } from "#core/turn/find-stories.ts";
import type { TurnStory } from "#core/turn/turn-story.ts";
import { newChatTurn } from "../support/chat/chat-turns.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { turnJob } from "../support/jobs.ts";
import { makeMemoryLog } from "../support/memory-log.ts";
import { makeTestClock } from "../support/test-clock.ts";
import { messageEvent } from "../support/turns.ts";
import { app, appsOf, namedKey } from "../unit/adapters/secrets/apps.ts";

const startMs = Date.UTC(2026, 0, 1, 12);
const dayMs = 24 * 60 * 60 * 1000;
const trace = { requestId: "request-1", traceId: "0af7651916cd43dd8448eb211c80319c" };

let table: TestTable;
beforeAll(async () => {
  table = closeAfterAll(await startTable("turns"));
});

let apps = 0;
/** The stores of a stage, and an app that no other test uses. */
const setUp = (days = 7) => {
  apps += 1;
  const clock = makeTestClock(startMs);
  const appKey = `app-${apps}`;
  const secrets = appsOf(app({ appKey }));
  const stories = makeStoryAttributes({ apps: secrets, clock, days });
  const jobs = makeJobsTable({ ...table, clock, stories });
  const chats = makeChatTurnsTable({ ...table, clock, stories });
  const read = makeStoriesTable({ ...table, clock, apps: secrets, log: makeMemoryLog(), days });
  const lease = { token: "mine", expiresAt: startMs + 24_000 };
  const jobOf = (msgUID: string, fromUserId = "u7", acceptedAt = startMs) =>
    turnJob({ appKey, acceptedAt, event: messageEvent({ msgUID, fromUserId }) });
  const claim = (job = jobOf("m1"), token = "mine") =>
    withTrace(trace, () => jobs.claim(jobIdOf(job), { ...lease, token }, beginningOf(job)));
  const all = async (range: object = {}): Promise<TurnStory[]> => {
    const found: TurnStory[] = [];
    for await (const story of read.newestFirst({ appKey, since: 0, until: startMs + dayMs, ...range }, 10))
      found.push(story);
    return found;
  };
  const itemOf = async () => (await table.items()).find(({ turn }) => String(turn).includes(`"${appKey}"`));
  return { clock, appKey, secrets, jobs, chats, read, lease, jobOf, claim, all, itemOf };
};

const answered = {
  outcome: "answered",
  endedAt: startMs + 5_000,
  tries: 1,
  chunks: 3,
  ids: { task: "t1", message: "m9", conversation: "c1" },
  usage: { promptTokens: 3, completionTokens: 4, totalTokens: 7, totalPrice: "0.0012", currency: "USD" },
} as const;

describe("the story of a job", () => {
  test("is found while it runs, with the request that caused it", async () => {
    const { appKey, claim, all } = setUp();
    await claim();
    expect(await all()).toEqual([
      {
        turn: expect.stringMatching(/^job:/),
        appKey,
        channel: "im",
        bot: "bot-helpdesk",
        integration: "dify_chatflow",
        fromUserId: "u7",
        channelType: "PERSON",
        targetId: "u7",
        msgUID: "m1",
        ...trace,
        acceptedAt: startMs,
        ending: undefined,
      },
    ]);
  });

  test("is found with its end, by its turn and by its app only", async () => {
    const { appKey, jobs, read, jobOf, claim, all } = setUp();
    const job = jobOf("m1");
    await claim(job);
    await jobs.complete(jobIdOf(job), "mine", "answered", startMs + dayMs, answered);
    const [story] = await all();
    expect(story?.ending).toEqual(answered);
    expect(await read.find(appKey, story?.turn ?? "")).toEqual(story);
    expect(await read.find("another-app", story?.turn ?? "")).toBeUndefined();
    expect(await read.find(appKey, "job:bm90IGEgdHVybg")).toBeUndefined();
  });

  test("lives longer than the job, which may run again once it has expired", async () => {
    const { clock, jobs, jobOf, claim, all, itemOf } = setUp();
    const job = jobOf("m1");
    await claim(job);
    await jobs.complete(jobIdOf(job), "mine", "answered", startMs + 5 * dayMs, answered);
    expect(await itemOf()).toMatchObject({
      expiresAt: startMs + 5 * dayMs,
      ttl: (startMs + 8 * dayMs) / 1000,
    });
    expect(await claim(job, "another")).toEqual({ status: "done" });
    await clock.advance(5 * dayMs);
    expect(await claim(job, "another")).toMatchObject({ status: "claimed", tries: 1 });
    expect(await all()).toMatchObject([{ ending: undefined }]);
  });

  test("is not written to the index by heartbeats and checkpoints, nor by a second try", async () => {
    const { jobs, jobOf, claim } = setUp();
    const job = jobOf("m1");
    await claim(job);
    const id = jobIdOf(job);
    await jobs.renew(id, { token: "mine", expiresAt: startMs + 30_000 });
    await jobs.checkpoint(
      id,
      { token: "mine", expiresAt: startMs + 30_000 },
      { messageUID: "s1", seq: 3 },
      "its reference",
    );
    const { Items } = await table.client.send(
      new QueryCommand({
        TableName: table.tableName,
        IndexName: "turnsOfApp",
        KeyConditionExpression: "storyOf = :of",
        ExpressionAttributeValues: { ":of": JSON.stringify([job.appKey, shardOf("u7")]) },
      }),
    );
    expect(Items?.map((item) => Object.keys(item).toSorted())).toEqual([
      ["story", "storyAt", "storyOf", "turn"],
    ]);
  });

  test("has its texts only where the app keeps them, bound to the turn and never in the index", async () => {
    const { appKey, jobs, read, jobOf, claim, all, itemOf } = setUp();
    const job = jobOf("m1");
    await claim(job);
    const text = { question: "how are you?", answer: "well" };
    await jobs.complete(jobIdOf(job), "mine", "answered", startMs + dayMs, { ...answered, text });
    const [story] = await all();
    expect(story).not.toHaveProperty("text");
    expect(JSON.stringify(await itemOf())).not.toMatch(/how are you|well/);
    expect(await read.find(appKey, story?.turn ?? "")).toMatchObject({ text });
    const strangers = appsOf(app({ appKey, dataKeys: [namedKey("d2", 9)] }));
    const log = makeMemoryLog();
    const other = makeStoriesTable({
      ...table,
      clock: makeTestClock(startMs),
      apps: strangers,
      log,
      days: 7,
    });
    // Once the data key is gone, only the texts are lost.
    expect(await other.find(appKey, story?.turn ?? "")).toEqual({ ...story, text: undefined });
    expect(log.lines).toMatchObject([{ level: "error", event: "story_text_unreadable" }]);
  });

  test("of a newer version, which this one cannot read, hides no other", async () => {
    const { appKey, claim, jobs, jobOf, all } = setUp();
    await claim(jobOf("m1"));
    await claim(jobOf("m2"));
    await jobs.complete(jobIdOf(jobOf("m2")), "mine", "answered", startMs + dayMs, answered);
    const update = (msgUID: string, expression: string, value: unknown) =>
      table.client.send(
        new UpdateCommand({
          TableName: table.tableName,
          Key: { turn: jobKeyOf(jobIdOf(jobOf(msgUID))) },
          UpdateExpression: expression,
          ExpressionAttributeValues: { ":value": value },
        }),
      );
    await update("m2", "SET storyEnd.outcome = :value", "of tomorrow");
    expect(await all()).toMatchObject([{ msgUID: "m1" }, { msgUID: "m2", ending: undefined }]);
    await update("m1", "SET story.channel = :value", "fax");
    expect(await all()).toMatchObject([{ appKey, msgUID: "m2" }]);
  });

  test("is not written in a stage that keeps none", async () => {
    const { jobs, jobOf, claim, itemOf } = setUp(0);
    const job = jobOf("m1");
    await claim(job);
    await jobs.complete(jobIdOf(job), "mine", "answered", startMs + dayMs, answered);
    expect(Object.keys((await itemOf()) ?? {}).filter((name) => name.startsWith("story"))).toEqual([]);
  });

  test("is gone after the stage's days, even if DynamoDB has not deleted it", async () => {
    const { appKey, clock, read, claim, all } = setUp();
    await claim();
    const [story] = await all();
    await clock.advance(7 * dayMs + 1);
    expect(await all()).toEqual([]);
    expect(await read.find(appKey, story?.turn ?? "")).toBeUndefined();
    // An erasure finds it.
    expect(await all({ withExpired: true })).toHaveLength(1);
  });
});

describe("the story of a turn over HTTP", () => {
  test("has the client's turn, and the integration once it is known", async () => {
    const { appKey, chats, read, lease, all } = setUp();
    const turn = newChatTurn({ appKey, turn: "turn-1", conversation: "trip" });
    await chats.begin({ ...turn, integrationType: undefined }, lease);
    expect(await all()).toMatchObject([{ channel: "http", turn: "turn-1", integration: undefined }]);
    const ending = { ...answered, integration: turn.integrationType };
    await chats.end(turn, "mine", { replayUntil: startMs, isRetryable: false, ending });
    expect(await read.find(appKey, "turn-1")).toMatchObject({
      msgUID: "turn-1",
      fromUserId: turn.userId,
      conversation: "trip",
      ending,
    });
  });

  test("says why a turn was refused, and forgets it if the turn begins again", async () => {
    const { appKey, chats, lease, all } = setUp();
    const turn = newChatTurn({ appKey, turn: "turn-1" });
    await chats.begin(turn, lease);
    const refused = {
      outcome: "refused",
      code: "rate_limited",
      detail: "too many",
      endedAt: startMs,
    } as const;
    await chats.discard(turn, "mine", refused);
    expect(await all()).toMatchObject([{ ending: refused }]);
    await chats.begin(turn, { ...lease, token: "again" });
    expect(await all()).toMatchObject([{ ending: undefined }]);
  });
});

describe("the stories of an app", () => {
  test("are merged newest first from all its users, and a user's alone are read from one partition", async () => {
    const { jobOf, claim, all } = setUp();
    for (let n = 0; n < 60; n += 1) await claim(jobOf(`m${n}`, `user-${n % 20}`, startMs + n));
    expect((await all()).map(({ msgUID }) => msgUID)).toEqual(
      Array.from({ length: 60 }, (_, n) => `m${59 - n}`),
    );
    const ofUser = await all({ fromUserId: "user-3" });
    expect(ofUser.filter(({ fromUserId }) => fromUserId === "user-3")).toHaveLength(3);
    expect(ofUser.every(({ fromUserId }) => shardOf(fromUserId) === shardOf("user-3"))).toBe(true);
    const between = await all({ since: startMs + 10, until: startMs + 12 });
    expect(between.map(({ msgUID }) => msgUID)).toEqual(["m11", "m10"]);
  });

  test("are paged, up to a page that would be read from the start again too often", async () => {
    const { appKey, read, jobOf, claim } = setUp();
    for (let n = 0; n < 5; n += 1) await claim(jobOf(`m${n}`, "u7", startMs + n));
    const filter = { appKey, since: 0, until: startMs + dayMs };
    const pages = await Promise.all([1, 2, 3].map((page) => pageOfStories(read, filter, page, 2)));
    expect(pages.map(({ stories, hasNext }) => [stories.map(({ msgUID }) => msgUID), hasNext])).toEqual([
      [["m4", "m3"], true],
      [["m2", "m1"], true],
      [["m0"], false],
    ]);
    await expect(pageOfStories(read, filter, 11, 100)).rejects.toThrow(
      "page: page times pageSize must be at most 1000; ask for turns until an earlier time, got 11",
    );
  });

  test("are read up to a bound, after which another call continues without repeating or leaving out any", async () => {
    const count = maxReadStories + 50;
    const stories = Array.from({ length: count }, (_, n) => ({ acceptedAt: count - Math.floor(n / 3) }));
    const store = {
      newestFirst: async function* ({ until }: { readonly until: number }) {
        yield* stories.filter(({ acceptedAt }) => acceptedAt < until) as TurnStory[];
      },
    };
    const range = { appKey: "app", since: 0, until: count + 1 };
    const first = await readStories(store, range, () => true);
    expect(first.continueUntil).toBeDefined();
    const rest = await readStories(store, { ...range, until: first.continueUntil ?? 0 }, () => true);
    expect(rest.continueUntil).toBeUndefined();
    expect([...first.stories, ...rest.stories]).toEqual(stories);
  });
});
