import { describe, expect, test } from "@jest/globals";
import { questionRecalled } from "#core/answer/model.ts";
import { sentences } from "#core/answer/sentences.ts";
import type { CommandName, Commands } from "#core/bot/commands.ts";
import type { JobStop } from "#core/jobs/job-stop.ts";
import type { TurnReport } from "#core/turn/stream-answer.ts";
import { turnJob } from "../../../support/jobs.ts";
import { makeRecordingSink } from "../../../support/recording-sink.ts";
import { difyIntegration } from "../../../support/turns.ts";
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

const endedByStop = { end: { status: "stopped", dropsRest: true } };

const causes: readonly (readonly [JobStop, string, unknown])[] = [
  ["recalled", "JobRecalled", questionRecalled],
  ["stopped", "JobStopped", "stopped"],
];

describe.each(causes)("a job that was %s", (cause, metric, reason) => {
  const done = { state: "done", outcome: cause };

  test("before a worker had it does not run, now or later", async () => {
    const { run, stop, forwarded, record, events, metrics, deadLetters } = setUpTurnRuns();
    stop.stored = cause;
    expect(await run()).toBe("done");
    expect(await run()).toBe("done");
    expect(forwarded).toEqual([]);
    expect(record()).toMatchObject(done);
    expect(events()).toEqual([`job_${cause}`, "job_repeated"]);
    expect(metrics.notes.map(({ name }) => name)).toContain(metric);
    expect(deadLetters.added).toEqual([]);
  });

  test("between two tries does not run again, and the message that was left open is closed as stopped", async () => {
    const { run, stop, jobs, id, forwarded, closedAs, record } = setUpTurnRuns({ tries: 1 });
    jobs.plant(id, { open: { messageUID: "m1", seq: 3 } });
    stop.stored = cause;
    expect(await run()).toBe("done");
    expect(forwarded).toEqual([]);
    expect(closedAs).toEqual([[{ messageUID: "m1", seq: 3 }, 2]]);
    expect(record()).toMatchObject(done);
  });

  test("and whose worker crashed ten times is dropped without an apology", async () => {
    const { run, stop, record, deadLetters, shown } = setUpTurnRuns({ tries: 10 });
    stop.stored = cause;
    expect(await run()).toBe("done");
    expect(record()).toMatchObject(done);
    expect(deadLetters.added).toEqual([]);
    expect(shown()).toEqual([]);
  });

  test("ends while it waits for a slot, without an apology", async () => {
    const { run, stop, slots, record, deadLetters, shown } = setUpTurnRuns();
    slots.refuse("app");
    expect(await run()).toBe("retry");
    stop.stored = cause;
    expect(await run(2)).toBe("done");
    expect(record()).toMatchObject(done);
    expect([deadLetters.added, shown()]).toEqual([[], []]);
  });

  test("while it runs is stopped within two seconds, and shows nothing more", async () => {
    const { run, stop, clock, sinks, record, events, limits } = setUpAsked();
    const running = run();
    await clock.advance(3_000);
    stop.stored = cause;
    await clock.advance(1_000);
    expect(await running).toBe("done");
    expect(sinks[0]?.calls).toEqual([{ delta: "Hello " }, endedByStop]);
    expect(limits.at(-1)?.stop?.reason).toBe(reason);
    expect(record()).toMatchObject(done);
    expect(events()).toEqual([`job_${cause}`]);
  });

  test("is not moved to the dead letters if the IM does not accept its end", async () => {
    const { run, stop, clock, model, limits, record, deadLetters } = setUpAsked();
    model.answer = async (receiver) => {
      await clock.sleep(60_000, limits.at(-1)?.stop);
      await receiver.sink.end({ status: "stopped" });
      return { ...undelivered, outcome: { status: "stopped" } };
    };
    const running = run();
    stop.stored = cause;
    await clock.advance(2_000);
    expect(await running).toBe("done");
    expect(record()).toMatchObject(done);
    expect(deadLetters.added).toEqual([]);
  });

  test("after its answer has ended stays answered", async () => {
    const { run, stop, clock, model, record } = setUpAsked({ answerMs: 100 });
    const { answer } = model;
    model.answer = async (receiver) => {
      const report = await answer(receiver);
      stop.stored = cause;
      await clock.sleep(10_000);
      return report;
    };
    const running = run();
    await clock.advance(20_000);
    expect(await running).toBe("done");
    expect(record()).toMatchObject({ outcome: "answered" });
  });

  test("gets no answer that is sent whole, even if the stop comes just before it", async () => {
    const { run, stop, clock, sinks, record } = setUpAsked({ answerMs: 1_000, stream: false });
    const running = run();
    await clock.advance(500);
    stop.stored = cause;
    await clock.advance(1_000);
    await running;
    expect(sinks[0]?.calls.at(-1)).toEqual(endedByStop);
    expect(record()).toMatchObject(done);
  });
});

describe("a job that was not stopped", () => {
  test("is answered without a read of its own before the model is asked", async () => {
    const { run, stop } = setUpAsked({ answerMs: 1_500 });
    const running = run();
    expect(stop.reads).toBe(0);
    void running;
  });

  test("is read for a stop every two seconds, and no longer than it runs", async () => {
    const { run, stop, clock, record } = setUpAsked({ answerMs: 11_000 });
    const running = run();
    await clock.advance(60_000);
    await running;
    expect(stop.reads).toBe(5);
    expect(record()).toMatchObject({ outcome: "answered" });
  });

  test("is answered even if stops cannot be read meanwhile", async () => {
    const { run, stop, clock, record, log } = setUpAsked({ answerMs: 3_000 });
    stop.read = throttled;
    const running = run();
    await clock.advance(10_000);
    await running;
    expect(record()).toMatchObject({ outcome: "answered" });
    expect(log.lines[0]).toMatchObject({ level: "warn", event: "stop_not_read" });
  });
});

describe("a job whose message is a command", () => {
  const options = {
    commands: {
      stop: ["/stop"],
      stopText: "I am quiet.",
      reset: ["/reset"],
      help: ["/help"],
      helpText: "Ask me.",
    },
  };
  const runCommand = async (command: CommandName, given: { readonly commands?: Commands } = options) => {
    const integration = difyIntegration({ options: given });
    const runs = setUpTurnRuns({ job: turnJob({ command }), integration });
    expect(await runs.run()).toBe("done");
    return runs;
  };

  test.each([
    ["stop", "I am quiet.", false],
    ["reset", sentences.reset, true],
    ["help", "Ask me.", false],
  ] as const)("%s is answered without a model", async (command, text, forgets) => {
    const { forwarded, shown, forgotten, record, log, turnLimits } = await runCommand(command);
    expect(forwarded).toEqual([]);
    expect(shown()).toEqual([text]);
    expect(record()).toMatchObject({ state: "done", outcome: "command" });
    expect(log.lines).toMatchObject([{ event: "job_delivered", fields: { command, userNotified: true } }]);
    expect(forgotten.map(({ senderId }) => senderId)).toEqual(forgets ? ["u7"] : []);
    expect(turnLimits.log).toEqual([]);
  });

  test("whose text was removed meanwhile is done without one", async () => {
    const { shown, record } = await runCommand("help", {});
    expect(shown()).toEqual([]);
    expect(record()).toMatchObject({ outcome: "command" });
  });

  test("does not wait for a slot", async () => {
    const { run, slots, shown } = setUpTurnRuns({
      job: turnJob({ command: "help" }),
      integration: difyIntegration({ options }),
    });
    slots.refuse("app");
    expect(await run()).toBe("done");
    expect(shown()).toEqual(["Ask me."]);
  });

  test("is answered once if its worker dies after the reply", async () => {
    const { run, jobs, id, clock, shown } = setUpTurnRuns({
      job: turnJob({ command: "help" }),
      integration: difyIntegration({ options }),
    });
    const { complete } = jobs;
    jobs.complete = async () => Promise.reject(new Error("the worker died"));
    await run();
    jobs.complete = complete;
    await clock.advance(60_000);
    expect(await run(2)).toBe("done");
    expect(shown()).toEqual(["Ask me."]);
    expect(jobs.recordOf(id)).toMatchObject({ outcome: "command" });
  });

  test("is not run when it is redriven: its sender may have gone on", async () => {
    const { run, record, shown, forgotten } = setUpTurnRuns({
      job: turnJob({ command: "reset", redrivenAt: 1 }),
      integration: difyIntegration({ options }),
    });
    expect(await run()).toBe("done");
    expect([shown(), forgotten]).toEqual([[], []]);
    expect(record()).toMatchObject({ outcome: "dropped" });
  });

  test("is done even if the IM does not accept the reply: what it does has happened", async () => {
    const integration = difyIntegration({ options });
    const { run, im, record, log } = setUpTurnRuns({ job: turnJob({ command: "stop" }), integration });
    im.newSink = () => ({
      ...makeRecordingSink(),
      end: async () => ({ status: "undelivered", reason: "HTTP 403" }),
    });
    expect(await run()).toBe("done");
    expect(record()).toMatchObject({ outcome: "command" });
    expect(log.lines).toMatchObject([{ fields: { userNotified: false } }]);
  });
});
