import { describe, expect, test } from "@jest/globals";
import { sentences } from "#core/answer/sentences.ts";
import type { ReachedLimit } from "#core/turn/limit-store.ts";
import { bot, difyIntegration } from "../../../support/turns.ts";
import { answered, setUpTurnRuns } from "./turn-runs.ts";

const perDay: ReachedLimit = {
  scope: "bot_user",
  limit: "turnsPerDay",
  freeAt: Date.UTC(2026, 10, 28),
};
const limited = { state: "done", outcome: "limited" };

const setUpLimited = (by: ReachedLimit = perDay, given: Parameters<typeof setUpTurnRuns>[0] = {}) => {
  const runs = setUpTurnRuns(given);
  let asked = 0;
  runs.model.answer = async () => {
    asked += 1;
    return answered;
  };
  runs.turnLimits.reach(by);
  return { ...runs, asked: () => asked };
};

describe("a job that a limit does not allow", () => {
  test("ends at once: the model is not asked, and it is neither an error nor retried", async () => {
    const { run, asked, record, events, log, metrics, deadLetters, slots } = setUpLimited();
    expect(await run()).toBe("done");
    expect(await run()).toBe("done");
    expect(asked()).toBe(0);
    expect(record()).toMatchObject(limited);
    expect(events()).toEqual(["job_limited", "job_repeated"]);
    expect(log.lines[0]).toMatchObject({
      level: "info",
      fields: {
        limit: "bot.perUser.turnsPerDay",
        freeAt: "2026-11-28T00:00:00.000Z",
        userNotified: true,
        tries: 1,
      },
    });
    expect(metrics.notes.map(({ name }) => name)).toContain("JobLimited");
    expect(deadLetters.added).toEqual([]);
    expect(slots.log.at(-2)).toBe("granted");
  });

  test.each([
    ["of a day", perDay, sentences.limitedForADay],
    ["of a minute", { ...perDay, limit: "turnsPerMinute" }, sentences.limitedForAMinute],
  ] as const)("%s is said to its user", async (_, by, sentence) => {
    const { run, sinks } = setUpLimited(by);
    await run();
    expect(sinks.flatMap(({ calls }) => calls)).toContainEqual({
      end: expect.objectContaining({ status: "failed", sentence }),
    });
  });

  test("is said in the bot's own words", async () => {
    const { run, bots, sinks } = setUpLimited();
    const options = { limitText: "Enough for today." };
    bots.open = async () => bot({ integrations: [difyIntegration({ options })] });
    await run();
    expect(sinks.flatMap(({ calls }) => calls)).toContainEqual({
      end: expect.objectContaining({ sentence: "Enough for today." }),
    });
  });

  test("says nothing if the user was told before, or it cannot be known", async () => {
    const told = setUpLimited();
    await told.turnLimits.claimNotice();
    await told.run();
    expect(told.sinks.flatMap(({ calls }) => calls)).toEqual([]);
    expect(told.log.lines[0]).toMatchObject({ fields: { userNotified: false } });
    const unknown = setUpLimited();
    unknown.turnLimits.claimNotice = () => Promise.reject(new Error("throttled"));
    await unknown.run();
    expect(unknown.record()).toMatchObject(limited);
    expect(unknown.events()).toEqual(["limit_notice_not_claimed", "job_limited"]);
  });
});

describe("a job is counted", () => {
  test("at its first try, with the tokens that the model reports at its end", async () => {
    const { run, model, turnLimits } = setUpTurnRuns();
    model.answer = async () => ({ ...answered, usage: { totalTokens: 321 } });
    await run();
    expect(turnLimits.log).toEqual(["counted", "321 tokens"]);
  });

  test("as no tokens if the model reports none", async () => {
    const { run, turnLimits } = setUpTurnRuns();
    await run();
    expect(turnLimits.log).toEqual(["counted", "0 tokens"]);
  });

  test("once, however often it is tried, and is not refused at a later try", async () => {
    const { run, model, turnLimits, record } = setUpTurnRuns();
    model.answer = () => Promise.reject(new Error("throttled"));
    expect(await run()).toBe("retry");
    turnLimits.reach(perDay);
    model.answer = async () => answered;
    expect(await run(2)).toBe("done");
    expect(turnLimits.log).toEqual(["counted", "counted before", "0 tokens"]);
    expect(record()).toMatchObject({ outcome: "answered" });
  });

  test("not while it waits for its conversation", async () => {
    const { run, model, turnLimits } = setUpTurnRuns();
    model.answer = async () => ({ status: "busy" });
    expect(await run()).toBe("retry");
    expect(turnLimits.log).toEqual(["counted", "undone"]);
    model.answer = async () => answered;
    expect(await run(2)).toBe("done");
    expect(turnLimits.log.slice(2)).toEqual(["counted", "0 tokens"]);
  });

  test("not without a slot, nor if its message was taken back, nor if it is done", async () => {
    const { run, slots, stop, turnLimits } = setUpTurnRuns();
    slots.refuse("app");
    await run();
    slots.refuse(undefined);
    stop.stored = "recalled";
    await run(2);
    await run(3);
    expect(turnLimits.log).toEqual([]);
  });
});
