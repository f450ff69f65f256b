import { describe, expect, test } from "@jest/globals";
import type { TurnReport } from "#core/turn/stream-answer.ts";
import { turnJob } from "../../../support/jobs.ts";
import { messageEvent } from "../../../support/turns.ts";
import { answered, setUpTurnRuns, throttled, undelivered } from "./turn-runs.ts";

const stopped: TurnReport = { ...answered, outcome: { status: "stopped" } };

/** A model that answers after `answerMs`, and whose answer a stop ends. */
const setUpAsked = ({ answerMs = 60_000, stream = true } = {}) => {
  const runs = setUpTurnRuns({ stream });
  const { clock, limits, model } = runs;
  model.answer = async (receiver) => {
    const { stop } = limits.at(-1) ?? {};
    receiver.sink.delta("Hello ");
    await clock.sleep(answerMs, stop);
    receiver.sink.delta("world");
    await receiver.sink.end(stop?.aborted ? { status: "stopped" } : { status: "complete" });
    return stop?.aborted ? stopped : answered;
  };
  return runs;
};

const recalled = { state: "done", outcome: "recalled" };
const endedByRecall = { end: { status: "stopped", isRecalled: true } };

describe("a job whose message was taken back", () => {
  test("before a worker had it does not run, now or later", async () => {
    const { run, recall, forwarded, record, events, metrics, deadLetters } = setUpTurnRuns();
    recall.stored = true;
    expect(await run()).toBe("done");
    expect(await run()).toBe("done");
    expect(forwarded).toEqual([]);
    expect(record()).toMatchObject(recalled);
    expect(events()).toEqual(["job_recalled", "job_repeated"]);
    expect(metrics.notes.map(({ name }) => name)).toContain("JobRecalled");
    expect(deadLetters.added).toEqual([]);
  });

  test("between two tries does not run again, and the message that was left open is closed as stopped", async () => {
    const { run, recall, jobs, id, forwarded, closedAs, record } = setUpTurnRuns({ tries: 1 });
    jobs.plant(id, { open: { messageUID: "m1", seq: 3 } });
    recall.stored = true;
    expect(await run()).toBe("done");
    expect(forwarded).toEqual([]);
    expect(closedAs).toEqual([[{ messageUID: "m1", seq: 3 }, 2]]);
    expect(record()).toMatchObject(recalled);
  });

  test("and whose worker crashed ten times is dropped without an apology", async () => {
    const { run, recall, record, deadLetters, shown } = setUpTurnRuns({ tries: 10 });
    recall.stored = true;
    expect(await run()).toBe("done");
    expect(record()).toMatchObject(recalled);
    expect(deadLetters.added).toEqual([]);
    expect(shown()).toEqual([]);
  });

  test("while it runs is stopped within two seconds, and shows nothing more", async () => {
    const { run, recall, clock, sinks, record, events } = setUpAsked();
    const running = run();
    await clock.advance(3_000);
    recall.stored = true;
    await clock.advance(1_000);
    expect(await running).toBe("done");
    expect(sinks[0]?.calls).toEqual([{ delta: "Hello " }, endedByRecall]);
    expect(record()).toMatchObject(recalled);
    expect(events()).toEqual(["job_recalled"]);
  });

  test("is not moved to the dead letters if the IM does not accept its end", async () => {
    const { run, recall, clock, model, limits, record, deadLetters } = setUpAsked();
    model.answer = async (receiver) => {
      await clock.sleep(60_000, limits.at(-1)?.stop);
      await receiver.sink.end({ status: "stopped" });
      return { ...undelivered, outcome: { status: "stopped" } };
    };
    const running = run();
    recall.stored = true;
    await clock.advance(2_000);
    expect(await running).toBe("done");
    expect(record()).toMatchObject(recalled);
    expect(deadLetters.added).toEqual([]);
  });

  test("after its answer has ended stays answered", async () => {
    const { run, recall, clock, model, record } = setUpAsked({ answerMs: 100 });
    const { answer } = model;
    model.answer = async (receiver) => {
      const report = await answer(receiver);
      recall.stored = true;
      await clock.sleep(10_000);
      return report;
    };
    const running = run();
    await clock.advance(20_000);
    expect(await running).toBe("done");
    expect(record()).toMatchObject({ outcome: "answered" });
  });

  test("gets no answer that is sent whole, even if the recall comes just before it", async () => {
    const { run, recall, clock, sinks, record } = setUpAsked({ answerMs: 1_000, stream: false });
    const running = run();
    await clock.advance(500);
    recall.stored = true;
    await clock.advance(1_000);
    await running;
    expect(sinks[0]?.calls.at(-1)).toEqual(endedByRecall);
    expect(record()).toMatchObject(recalled);
  });
});

describe("a job whose message was not taken back", () => {
  test("is answered without a read of its own before the model is asked", async () => {
    const { run, recall } = setUpAsked({ answerMs: 1_500 });
    const running = run();
    expect(recall.reads).toBe(0);
    void running;
  });

  test("is read for a recall every two seconds, and no longer than it runs", async () => {
    const { run, recall, clock, record } = setUpAsked({ answerMs: 11_000 });
    const running = run();
    await clock.advance(60_000);
    await running;
    expect(recall.reads).toBe(5);
    expect(record()).toMatchObject({ outcome: "answered" });
  });

  test("is answered even if recalls cannot be read meanwhile", async () => {
    const { run, recall, clock, record, log } = setUpAsked({ answerMs: 3_000 });
    recall.read = throttled;
    const running = run();
    await clock.advance(10_000);
    await running;
    expect(record()).toMatchObject({ outcome: "answered" });
    expect(log.lines[0]).toMatchObject({ level: "warn", event: "recall_not_read" });
  });

  test("but is an event about a recalled message, is answered: only messages can be taken back", async () => {
    const { run, recall, clock, record } = setUpTurnRuns({
      job: turnJob({ event: messageEvent({}, { type: "message:private_recall" }) }),
    });
    recall.read = async () => true;
    const running = run();
    await clock.advance(10_000);
    await running;
    expect(record()).toMatchObject({ outcome: "answered" });
    expect(recall.reads).toBe(0);
  });
});
