import { describe, expect, test } from "@jest/globals";
import type { IntegrationOptions } from "#core/bot/options.ts";
import { jobIdOf, type TurnJob } from "#core/jobs/job.ts";
import { turnJob } from "../../../support/jobs.ts";
import { difyIntegration, messageEvent } from "../../../support/turns.ts";
import { answered, setUpTurnRuns, undelivered } from "./turn-runs.ts";

const acceptedAt = turnJob().acceptedAt;

/** A message that was sent so long after the first one, in milliseconds. */
const message = (msgUID: string, afterMs: number, content = msgUID): TurnJob =>
  turnJob({
    merges: true,
    acceptedAt: acceptedAt + afterMs,
    event: messageEvent({ msgUID, msgTimestamp: acceptedAt + afterMs, content: JSON.stringify({ content }) }),
  });
const first = message("one", 0);

const setUpSender = (merge: NonNullable<IntegrationOptions["merge"]> = {}, job = first) => {
  const integration = difyIntegration({ options: { merge } });
  const runs = setUpTurnRuns({ job, integration });
  const { inbox, jobs, forwarded } = runs;
  void inbox.add(job);
  const texts = () => forwarded.map(({ event }) => JSON.parse(event.data.content).content);
  return { ...runs, texts, recordOf: (other: TurnJob) => jobs.recordOf(jobIdOf(other)) };
};

describe("a message whose integration merges", () => {
  test("is asked after its sender was quiet for two seconds, and waiting is no try", async () => {
    const { run, clock, hidden, texts, record } = setUpSender();
    expect(await run()).toBe("retry");
    expect(hidden).toEqual(["2 s at 0 s"]);
    expect(record()).toMatchObject({ tries: 0 });
    await clock.advance(2_000);
    expect(await run(2)).toBe("done");
    expect(texts()).toEqual(["one"]);
  });

  test("is asked with those that follow, whose jobs then have nothing to do", async () => {
    const { run, clock, hidden, inbox, texts, record, recordOf, log } = setUpSender();
    const others = [message("two", 1_500), message("three", 3_000)];
    await run();
    for (const other of others) await inbox.add(other);
    await clock.advance(2_000);
    expect(await run(2)).toBe("retry");
    expect(hidden.at(-1)).toBe("3 s at 2 s");
    await clock.advance(3_000);
    expect(await run(3)).toBe("done");
    expect(texts()).toEqual(["one\ntwo\nthree"]);
    expect(record()).toMatchObject({ outcome: "answered" });
    for (const other of others) expect(recordOf(other)).toMatchObject({ state: "done", outcome: "merged" });
    expect(log.lines.map(({ event, fields }) => [event, fields?.msgUID, fields?.takenBy])).toEqual([
      ["job_merged", "two", "one"],
      ["job_merged", "three", "one"],
      ["job_delivered", "one", undefined],
    ]);
  });

  test.each([
    ["the longest wait is over", { maxSeconds: 3 }, [2_000, 2_900], 3_000],
    ["there are as many as allowed", { maxMessages: 2 }, [500], 500],
  ])("is asked at once when %s", async (_name, merge, sentAfter, atMs) => {
    const { run, clock, inbox, texts } = setUpSender(merge);
    for (const ms of sentAfter) await inbox.add(message(`after ${ms}`, ms));
    await clock.advance(atMs);
    expect(await run()).toBe("done");
    expect(texts()).toEqual([["one", ...sentAfter.map((ms) => `after ${ms}`)].join("\n")]);
  });

  test("is asked in the order of sending if the queue has another one", async () => {
    const { run, clock, inbox, texts } = setUpSender({}, message("later", 300));
    await inbox.add(message("earlier", 0));
    await clock.advance(3_000);
    expect(await run()).toBe("done");
    expect(texts()).toEqual(["earlier\nlater"]);
  });

  test("leaves out what its sender took back meanwhile", async () => {
    const { run, clock, inbox, texts, stopOf, recordOf } = setUpSender();
    const two = message("two", 500);
    await inbox.add(two);
    stopOf.set("two", "recalled");
    await clock.advance(3_000);
    expect(await run()).toBe("done");
    expect(texts()).toEqual(["one"]);
    expect(recordOf(two)).toBeUndefined();
  });

  test("leaves out what was asked before, which the IM has delivered again", async () => {
    const { run, clock, inbox, jobs, texts } = setUpSender();
    const asked = message("asked", 500);
    jobs.plant(jobIdOf(asked), { state: "done", outcome: "answered", expiresAt: acceptedAt + 1e9 });
    await inbox.add(asked);
    await clock.advance(3_000);
    expect(await run()).toBe("done");
    expect(texts()).toEqual(["one"]);
  });

  test("that was asked alone takes nothing more if its worker died", async () => {
    const { run, clock, inbox, jobs, id, model, texts } = setUpSender();
    await clock.advance(2_000);
    model.answer = async () => Promise.reject(new Error("the worker died"));
    await run();
    const two = message("two", 5_000);
    await inbox.add(two);
    await clock.advance(30_000);
    jobs.plant(id, { reference: "run one" });
    model.answer = async () => answered;
    expect(await run(2)).toBe("done");
    expect(texts()).toEqual(["one", "one"]);
    expect(inbox.messages.map(({ takenBy }) => takenBy)).toEqual(["one", undefined]);
  });

  test("takes the same messages if its worker died, and no further ones", async () => {
    const { run, clock, inbox, texts } = setUpSender();
    await inbox.add(message("two", 500));
    await inbox.take(first, ["one", "two"]);
    await inbox.add(message("three", 900));
    await clock.advance(1_000);
    expect(await run(2)).toBe("done");
    expect(texts()).toEqual(["one\ntwo"]);
  });

  test("whose worker died between taking and ending is not asked twice", async () => {
    const { run, clock, inbox, jobs, texts, recordOf } = setUpSender();
    const two = message("two", 500);
    await inbox.add(two);
    const { complete } = jobs;
    jobs.complete = async () => Promise.reject(new Error("the worker died"));
    await clock.advance(3_000);
    expect(await run()).toBe("retry");
    expect(texts()).toEqual([]);
    jobs.complete = complete;
    await clock.advance(30_000);
    expect(await run(2)).toBe("done");
    expect(texts()).toEqual(["one\ntwo"]);
    expect(recordOf(two)).toMatchObject({ outcome: "merged" });
  });

  test("asks alone if another worker has the job of the other message, which is asked by that", async () => {
    const { run, clock, inbox, jobs, texts } = setUpSender();
    const two = message("two", 500);
    await inbox.add(two);
    jobs.plant(jobIdOf(two), { token: "another", expiresAt: acceptedAt + 60_000 });
    await clock.advance(3_000);
    expect(await run()).toBe("done");
    expect(texts()).toEqual(["one"]);
    expect(inbox.messages[1]?.takenBy).toBeUndefined();
  });

  test("that its sender took back while the question waited is left out", async () => {
    const { run, clock, inbox, texts, stopOf } = setUpSender();
    await inbox.add(message("two", 500));
    await inbox.add(message("three", 600));
    await inbox.take(first, ["one", "two", "three"]);
    stopOf.set("two", "recalled");
    await clock.advance(1_000);
    expect(await run(2)).toBe("done");
    expect(texts()).toEqual(["one\nthree"]);
  });

  test("is a dead letter with those that it has taken, which are asked when it is redriven", async () => {
    const { run, clock, inbox, model, deadLetters } = setUpSender();
    await inbox.add(message("two", 500));
    model.answer = async () => undelivered;
    await clock.advance(3_000);
    expect(await run()).toBe("done");
    const [letter] = deadLetters.added;
    expect(letter?.job).toMatchObject({ more: [message("two", 500).event] });

    const redriven = setUpTurnRuns({ job: { ...(letter?.job as TurnJob), redrivenAt: 1 } });
    expect(await redriven.run()).toBe("done");
    expect(redriven.forwarded.map(({ event }) => JSON.parse(event.data.content).content)).toEqual([
      "one\ntwo",
    ]);
  });

  test("that is redriven asks nothing that its sender took back, and takes nothing that others may", async () => {
    const { run, inbox, texts, stopOf } = setUpSender(
      {},
      { ...first, redrivenAt: 1, more: [message("two", 500).event] },
    );
    stopOf.set("two", "recalled");
    await inbox.add(message("three", 600));
    expect(await run()).toBe("done");
    expect(texts()).toEqual(["one"]);
    const again = setUpSender({}, { ...first, redrivenAt: 1 });
    await again.inbox.add(message("two", 500));
    expect(await again.run()).toBe("done");
    expect(again.texts()).toEqual(["one"]);
  });

  test("gives back the jobs of others if it cannot take their messages", async () => {
    const { run, clock, inbox, jobs, recordOf } = setUpSender();
    const two = message("two", 500);
    await inbox.add(two);
    inbox.take = async () => Promise.reject(new Error("throttled"));
    await clock.advance(3_000);
    expect(await run()).toBe("retry");
    expect(recordOf(two)).toMatchObject({ state: "running", tries: 0 });
    expect((await jobs.claim(jobIdOf(two), { token: "t", expiresAt: clock.now() + 1 })).status).toBe(
      "claimed",
    );
  });

  test("is a dead letter with those that it has taken if it failed too often", async () => {
    const { run, clock, inbox, jobs, id, deadLetters } = setUpSender();
    await inbox.add(message("two", 500));
    await inbox.take(first, ["one", "two"]);
    jobs.plant(id, { tries: 10 });
    await clock.advance(3_000);
    expect(await run(11)).toBe("done");
    expect(deadLetters.added[0]?.job).toMatchObject({ more: [message("two", 500).event] });
  });

  test("that another one has taken is done", async () => {
    const { run, inbox, texts, record, events } = setUpSender();
    await inbox.take(message("zero", -100), ["one"]);
    expect(await run()).toBe("done");
    expect(texts()).toEqual([]);
    expect(record()).toMatchObject({ outcome: "merged" });
    expect(events()).toEqual(["job_merged"]);
  });

  test("that is not in the inbox is asked at once, alone", async () => {
    const { run, inbox, texts } = setUpSender();
    inbox.messages.splice(0, 1);
    await inbox.add(message("two", 100));
    expect(await run()).toBe("done");
    expect(texts()).toEqual(["one"]);
  });
});

test("a message whose integration merges no more is asked at once, alone", async () => {
  const { run, inbox, forwarded } = setUpTurnRuns({ job: first });
  await inbox.add(first);
  await inbox.add(message("two", 100));
  expect(await run()).toBe("done");
  expect(forwarded.map(({ event }) => event)).toEqual([first.event]);
});
