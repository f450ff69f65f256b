import type { TurnLimits } from "#core/answer/answer.ts";
import type { OpenBot } from "#core/bot/bot.ts";
import type { OpenMessage, TurnHold } from "#core/im/im-messages.ts";
import { jobIdOf } from "#core/jobs/job.ts";
import { makeReportJob } from "#core/jobs/job-report.ts";
import { makeRunTurnJob } from "#core/jobs/run-turn-job.ts";
import type { TurnReport } from "#core/turn/forward-turn.ts";
import type { Turn } from "#core/turn/turn.ts";
import { makeNoteTurn } from "#core/turn/turn-report.ts";
import { makeGraveyard, turnJob } from "../../../support/jobs.ts";
import { makeMemoryJobs } from "../../../support/memory-jobs.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { makeMemoryMetrics } from "../../../support/memory-metrics.ts";
import { makeRecordingSink, type RecordingSink } from "../../../support/recording-sink.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { bot } from "../../../support/turns.ts";

const job = turnJob();

export const answered: TurnReport = {
  outcome: { status: "answered" },
  delivery: { status: "delivered" },
  asked: 1,
  firstTextAt: job.acceptedAt + 40,
  afterwards: Promise.resolve(),
};

export const undelivered: TurnReport = {
  ...answered,
  delivery: { status: "undelivered", reason: "the IM answered HTTP 403" },
};

export const throttled = () => Promise.reject(new Error("throttled"));

/** A job for Dify, and the worker that runs it. `tries`: how often it was handed out before. */
export const setUpTurnRuns = ({ tries = 0 } = {}) => {
  const clock = makeTestClock(job.acceptedAt);
  const start = clock.now();
  const seconds = (ms: number): string => `${(ms - start) / 1000} s`;
  const id = jobIdOf(job);
  const turns = makeMemoryJobs(clock);
  if (tries > 0) turns.plant(id, { tries });
  const bots = { open: async (): Promise<OpenBot | undefined> => bot() };
  const forwarded: Turn[] = [];
  const limits: TurnLimits[] = [];
  const dify = { answer: async (): Promise<TurnReport | "busy"> => answered };
  const sinks: RecordingSink[] = [];
  const closed: OpenMessage[] = [];
  let given: TurnHold | undefined;
  const im = {
    newSink: makeRecordingSink,
    close: async (open: OpenMessage): Promise<void> => void closed.push(open),
    /** What the worker gave to the delivery. */
    hold: () => given,
  };
  const deadLetters = makeGraveyard();
  const log = makeMemoryLog();
  const metrics = makeMemoryMetrics();
  const turnMetrics = makeMemoryMetrics();
  const holds: string[] = [];
  const queue = {
    holdFor: async (ms: number): Promise<void> =>
      void holds.push(`${ms / 1000} s at ${seconds(clock.now())}`),
  };
  let tokens = 0;

  const runTurnJob = makeRunTurnJob({
    bots: { open: () => bots.open() },
    turns,
    forwardTurn: (turn, _sink, until) => {
      forwarded.push(turn);
      limits.push(until);
      return dify.answer();
    },
    sinkFor: (_turn, hold) => {
      given = hold;
      const sink = im.newSink();
      sinks.push(sink);
      return sink;
    },
    closeOpenMessage: (_route, open) => im.close(open),
    deadLetters,
    report: makeReportJob({ log, metrics, clock }),
    noteTurn: makeNoteTurn({ metrics: turnMetrics, clock }),
    clock,
    log,
    newToken: () => {
      tokens += 1;
      return `t${tokens}`;
    },
  });

  return {
    /** `receives`: how often the queue has handed it out, this time included. */
    run: (receives = 1) =>
      runTurnJob(job, { tries: receives, holdFor: (ms) => queue.holdFor(ms) }, clock.now() + 900_000),
    job,
    id,
    clock,
    seconds,
    turns,
    bots,
    dify,
    im,
    queue,
    forwarded,
    limits,
    holds,
    closed,
    deadLetters,
    log,
    metrics,
    turnMetrics,
    record: () => turns.recordOf(id),
    events: () => log.lines.map(({ event }) => event),
    /** What the user has been shown by all of them. */
    shown: () => sinks.map((sink) => sink.text()).filter((text) => text !== ""),
  };
};
