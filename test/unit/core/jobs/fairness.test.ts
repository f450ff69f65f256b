import { describe, expect, test } from "@jest/globals";
import type { TurnJob, WebhookJob } from "#core/jobs/job.ts";
import { makeReportJob } from "#core/jobs/job-report.ts";
import { makeAcquireJobSlots } from "#core/jobs/job-slots.ts";
import { makeRunTurnJob } from "#core/jobs/run-turn-job.ts";
import { makeRunWebhookJob } from "#core/jobs/run-webhook-job.ts";
import { makeAcquireSlots } from "#core/shared/slots.ts";
import { makeRecordTurn } from "#core/turn/turn-report.ts";
import { closeAfterEach } from "../../../support/close-after.ts";
import { countNothing, noNotices } from "../../../support/count-nothing.ts";
import { makeMemoryDeadLetters, turnJob, webhookJob } from "../../../support/jobs.ts";
import { makeMemoryJobs } from "../../../support/memory-jobs.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { makeMemoryMetrics } from "../../../support/memory-metrics.ts";
import { makeMemoryQueue } from "../../../support/memory-queue.ts";
import { makeMemorySlots } from "../../../support/memory-slots.ts";
import { pseudonymOf } from "../../../support/pseudonyms.ts";
import { makeRecordingSink } from "../../../support/recording-sink.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { bot, messageEvent, webhookIntegration } from "../../../support/turns.ts";
import { answered } from "./turn-runs.ts";

// The real worker, slots and pauses, with a queue and ten workers under a clock that the test controls.

const workers = 10;
const limits = { perApp: 7, perBot: 5, perUser: 3 };
const groupOf = ({ appKey, botUserId, event }: TurnJob | WebhookJob): string =>
  JSON.stringify([appKey, botUserId, event.data.fromUserId, event.data.toUserId]);

const setUp = () => {
  const clock = makeTestClock();
  const log = makeMemoryLog();
  const metrics = makeMemoryMetrics();
  const deadLetters = makeMemoryDeadLetters();
  const slots = makeMemorySlots(clock);
  let seed = 1;
  /** The same sequence in every run. */
  const random = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  let tokens = 0;
  const newToken = (): string => {
    tokens += 1;
    return `t${tokens}`;
  };
  const stopped = new AbortController();
  closeAfterEach({ close: async () => stopped.abort() });
  return { clock, log, metrics, deadLetters, slots, random, newToken, signal: stopped.signal };
};

/** `turnMs`: how long each bot's turns take. */
const setUpTurns = (turnMs: Readonly<Record<string, number>>) => {
  const parts = setUp();
  const { clock, log, metrics, deadLetters, slots, random, newToken, signal } = parts;
  const start = clock.now();
  const started: { bot: string; user: string; n: string; waitedMs: number }[] = [];
  let atOnce: Record<string, number> = {};
  let most: Record<string, number> = {};
  const run = makeRunTurnJob({
    readTurnJob: async ({ botUserId: userId }) => ({ bot: bot({ userId }), stop: undefined, inbox: [] }),
    inbox: { take: async () => true },
    findStop: async () => undefined,
    conversations: { forget: async () => {} },
    jobs: makeMemoryJobs(clock),
    acquireSlots: makeAcquireJobSlots({
      acquireSlots: makeAcquireSlots({ store: slots, channel: "im", clock, metrics, log }),
      channel: "im",
      limits,
    }),
    forwardTurn: async ({ bot: { userId }, event: { data, timestamp } }) => {
      const openedAt = clock.now();
      started.push({ bot: userId, user: data.fromUserId, n: data.msgUID, waitedMs: openedAt - timestamp });
      for (const who of [userId, data.fromUserId]) {
        atOnce = { ...atOnce, [who]: (atOnce[who] ?? 0) + 1 };
        most = { ...most, [who]: Math.max(most[who] ?? 0, atOnce[who] ?? 0) };
      }
      await clock.sleep(turnMs[userId] ?? 0);
      for (const who of [userId, data.fromUserId]) atOnce = { ...atOnce, [who]: (atOnce[who] ?? 0) - 1 };
      return { ...answered, start: { openedAt, freeSince: undefined } };
    },
    countTurn: countNothing,
    notices: noNotices,
    receiverFor: () => ({ sink: makeRecordingSink() }),
    closeOpenMessage: async () => {},
    sendCheck: async () => {},
    deadLetters,
    report: makeReportJob({ pseudonymOf, log, metrics, clock }),
    recordTurn: makeRecordTurn({ metrics, clock }),
    keepsText: () => false,
    clock,
    log,
    random,
    newToken,
  });
  const queue = makeMemoryQueue<TurnJob>({
    clock,
    workers,
    groupOf,
    run: (job, visibility) => run(job, visibility, clock.now() + 900_000),
  });
  void queue.poll(signal);
  const ask = (
    botUserId: string,
    fromUserId: string,
    n = "1",
    toUserId = botUserId,
    appKey = "app-one",
  ): void =>
    queue.send(
      turnJob({
        appKey,
        botUserId,
        acceptedAt: clock.now(),
        event: messageEvent(
          { fromUserId, toUserId, msgUID: `${botUserId} ${fromUserId} ${n}` },
          { timestamp: clock.now() },
        ),
      }),
    );
  return { ...parts, start, queue, ask, started, most: () => most };
};

const each = (count: number, call: (n: number) => void): void => {
  for (let n = 1; n <= count; n += 1) call(n);
};

describe("beside a bot whose model takes minutes and whom 25 users ask,", () => {
  test.each([
    ["another bot of its app", "app-one"],
    ["a bot of another app", "app-two"],
  ])("%s starts to answer within two seconds", async (_which, appKey) => {
    const { clock, ask, started, metrics } = setUpTurns({ "bot-slow": 600_000 });
    each(25, (n) => ask("bot-slow", `u${n}`));
    await clock.advance(30_000);
    expect(started).toHaveLength(limits.perBot);
    ask("bot-quick", "u99", "1", "bot-quick", appKey);
    await clock.advance(2_000);
    expect(started.filter((one) => one.bot === "bot-quick")).toHaveLength(1);
    await clock.advance(1_000);
    const delays = metrics.notes.filter(({ name }) => name === "StartDelay");
    expect(delays).toHaveLength(1);
    expect(delays[0]?.ms).toBeLessThan(2_000);
  });

  test("its own users are all answered, each with one try, and no slot is left open", async () => {
    const { clock, ask, started, most, queue, deadLetters, slots, log } = setUpTurns({ "bot-slow": 60_000 });
    each(25, (n) => ask("bot-slow", `u${n}`));
    await clock.advance(6 * 60_000);
    expect(started).toHaveLength(25);
    expect(most()["bot-slow"]).toBe(limits.perBot);
    expect(queue.waiting()).toBe(0);
    expect(queue.maxReceives()).toBeLessThan(60);
    expect(deadLetters.added).toEqual([]);
    expect(slots.size()).toBe(0);
    expect(
      log.lines.filter(({ event }) => event === "job_delivered").map(({ fields }) => fields.tries),
    ).toEqual(Array.from({ length: 25 }, () => 1));
  });
});

test("two bots of one app leave room for another app", async () => {
  const { clock, ask, started } = setUpTurns({ "bot-a": 600_000, "bot-b": 600_000 });
  each(20, (n) => ask("bot-a", `u${n}`));
  each(20, (n) => ask("bot-b", `v${n}`));
  await clock.advance(20_000);
  expect(started).toHaveLength(limits.perApp);
  ask("bot-c", "w1", "1", "bot-c", "app-two");
  await clock.advance(2_000);
  expect(started.at(-1)?.bot).toBe("bot-c");
});

test("a user who asks in ten groups at once leaves the bot's slots to others", async () => {
  const { clock, ask, started, most } = setUpTurns({ "bot-one": 30_000 });
  each(10, (n) => ask("bot-one", "greedy", `${n}`, `group-${n}`));
  await clock.advance(1_000);
  ask("bot-one", "modest");
  await clock.advance(1_000);
  expect(most().greedy).toBe(limits.perUser);
  expect(started.some(({ user }) => user === "modest")).toBe(true);
  await clock.advance(180_000);
  expect(started).toHaveLength(11);
});

test("jobs that wait keep their order within a conversation", async () => {
  const { clock, ask, started } = setUpTurns({ "bot-one": 5_000 });
  each(5, (n) => each(12, (user) => ask("bot-one", `u${user}`, `${n}`)));
  await clock.advance(10 * 60_000);
  expect(started).toHaveLength(60);
  for (let user = 1; user <= 12; user += 1) {
    const order = started.filter((one) => one.user === `u${user}`).map(({ n }) => n.at(-1));
    expect(order).toEqual(["1", "2", "3", "4", "5"]);
  }
});

test("nobody starves while a bot is asked as often as it can answer: who waits gets a slot before long", async () => {
  // Five slots of ten seconds are a turn every two seconds. A burst of 20 comes first, and never quite drains.
  const { clock, ask, started, queue, deadLetters } = setUpTurns({ "bot-one": 10_000 });
  each(20, (n) => ask("bot-one", `burst-${n}`));
  for (let n = 1; n <= 150; n += 1) {
    ask("bot-one", `steady-${n}`);
    await clock.advance(2_200);
  }
  const ofBurst = started.filter(({ user }) => user.startsWith("burst"));
  expect(ofBurst).toHaveLength(20);
  expect(Math.max(...ofBurst.map(({ waitedMs }) => waitedMs))).toBeLessThan(5 * 60_000);
  expect(queue.maxReceives()).toBeLessThan(100);
  expect(deadLetters.added).toEqual([]);
});

test("beside 80 conversations with a server that hangs, another server's event leaves within ten seconds", async () => {
  const { clock, log, metrics, deadLetters, slots, random, newToken, signal } = setUp();
  const start = clock.now();
  const left: { bot: string; atMs: number }[] = [];
  const run = makeRunWebhookJob({
    bots: { find: async (_app, [userId = ""]) => [bot({ userId, integrations: [webhookIntegration()] })] },
    jobs: makeMemoryJobs(clock),
    callWebhook: async ({ bot: { userId } }) => {
      left.push({ bot: userId, atMs: clock.now() - start });
      if (userId === "bot-quick") return { status: "accepted" };
      await clock.sleep(5_000);
      return { status: "failed", reason: "timeout", retryAfterMs: undefined };
    },
    acquireSlots: makeAcquireJobSlots({
      acquireSlots: makeAcquireSlots({ store: slots, channel: "webhook", clock, metrics, log }),
      channel: "webhook",
      limits: { perApp: limits.perApp, perBot: limits.perBot },
    }),
    deadLetters,
    report: makeReportJob({ pseudonymOf, log, metrics, clock }),
    clock,
    log,
    newToken,
    webhookIdOf: ({ msgUID }) => msgUID,
    random,
  });
  const queue = makeMemoryQueue<WebhookJob>({ clock, workers, groupOf, run });
  void queue.poll(signal);
  const send = (botUserId: string, fromUserId: string): void =>
    queue.send(
      webhookJob({
        botUserId,
        acceptedAt: clock.now(),
        event: messageEvent({ fromUserId, msgUID: `${botUserId} ${fromUserId}` }),
      }),
    );
  each(80, (n) => send("bot-hanging", `u${n}`));
  for (const atMs of [0, 20_000, 120_000]) {
    await clock.advance(atMs);
    const sentAt = clock.now() - start;
    send("bot-quick", `v${atMs}`);
    await clock.advance(10_000);
    const [event] = left.filter((one) => one.bot === "bot-quick").slice(-1);
    expect((event?.atMs ?? Number.NaN) - sentAt).toBeLessThan(2_000);
  }
  expect(left.filter((one) => one.bot === "bot-quick")).toHaveLength(3);
});
