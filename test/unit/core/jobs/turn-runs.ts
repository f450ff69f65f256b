import type { AnswerReceiver } from "#core/answer/answer-sink.ts";
import type { AskLimits } from "#core/answer/model.ts";
import type { BotWithKeys } from "#core/bot/bot.ts";
import type { ModelIntegrationWithKey } from "#core/bot/integration.ts";
import type { CompleteReason, DeliveryLease, OpenMessage } from "#core/im/im-messages.ts";
import { jobIdOf, type TurnJob } from "#core/jobs/job.ts";
import { makeReportJob } from "#core/jobs/job-report.ts";
import type { JobStop } from "#core/jobs/job-stop.ts";
import { makeRunTurnJob } from "#core/jobs/run-turn-job.ts";
import type { ConversationKey } from "#core/turn/conversation.ts";
import type { ForwardTurn } from "#core/turn/forward-turn.ts";
import type { TurnReport } from "#core/turn/stream-answer.ts";
import type { Turn } from "#core/turn/turn.ts";
import { makeRecordTurn } from "#core/turn/turn-report.ts";
import { makeScriptedLimits } from "../../../support/count-nothing.ts";
import { makeFreeSlots } from "../../../support/free-slots.ts";
import { makeMemoryDeadLetters, turnJob } from "../../../support/jobs.ts";
import { makeMemoryInbox } from "../../../support/memory-inbox.ts";
import { makeMemoryJobs } from "../../../support/memory-jobs.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { makeMemoryMetrics } from "../../../support/memory-metrics.ts";
import { pseudonymOf } from "../../../support/pseudonyms.ts";
import { makeRecordingSink, type RecordingSink } from "../../../support/recording-sink.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { bot, difyIntegration } from "../../../support/turns.ts";

const plainJob = turnJob();

export const answered: TurnReport = {
  status: "ended",
  outcome: { status: "answered" },
  delivery: { status: "delivered" },
  modelCalls: 1,
  firstTextAt: plainJob.acceptedAt + 40,
  cleanup: Promise.resolve(),
};

export const undelivered: TurnReport = {
  ...answered,
  delivery: { status: "undelivered", reason: "the IM answered HTTP 403" },
};

export const throttled = () => Promise.reject(new Error("throttled"));

interface GivenTurnRuns {
  /** How often the job was delivered before. */
  readonly tries?: number;
  readonly job?: TurnJob;
  readonly stream?: boolean;
  readonly integration?: ModelIntegrationWithKey;
}

/** A job for a model, and the worker that runs it. */
export const setUpTurnRuns = ({
  tries = 0,
  job = plainJob,
  stream = true,
  integration = difyIntegration({ stream }),
}: GivenTurnRuns = {}) => {
  const clock = makeTestClock(job.acceptedAt);
  const start = clock.now();
  const seconds = (ms: number): string => `${(ms - start) / 1000} s`;
  const id = jobIdOf(job);
  const jobs = makeMemoryJobs(clock);
  if (tries > 0) jobs.plant(id, { tries });
  const openBot = bot({ integrations: [integration] });
  const bots = { open: async (): Promise<BotWithKeys | undefined> => openBot };
  /** What stops the job. `reads`: how often a running turn has looked. */
  const stop: { stored: JobStop | undefined; reads: number; read: () => Promise<JobStop | undefined> } = {
    stored: undefined,
    reads: 0,
    read: async () => stop.stored,
  };
  const stopOf = new Map<string, JobStop>();
  const forgotten: ConversationKey[] = [];
  const inbox = makeMemoryInbox();
  const forwarded: Turn[] = [];
  const limits: AskLimits[] = [];
  const receivers: AnswerReceiver[] = [];
  const model = { answer: async (_to: AnswerReceiver): ReturnType<ForwardTurn> => answered };
  const sinks: RecordingSink[] = [];
  const closed: OpenMessage[] = [];
  const closedAs: [OpenMessage, CompleteReason][] = [];
  /** The messages that deliveries went on with. */
  const continued: OpenMessage[] = [];
  let given: DeliveryLease | undefined;
  const im = {
    newSink: makeRecordingSink,
    close: async (open: OpenMessage): Promise<void> => void closed.push(open),
    /** What the worker gave to the delivery. */
    lease: () => given,
  };
  const deadLetters = makeMemoryDeadLetters();
  const log = makeMemoryLog();
  const metrics = makeMemoryMetrics();
  const turnMetrics = makeMemoryMetrics();
  const hidden: string[] = [];
  const checks: TurnJob[] = [];
  const queueOfChecks = { send: async (check: TurnJob): Promise<void> => void checks.push(check) };
  const queue = {
    firstReceivedAt: start,
    isLatest: Promise.resolve(true),
    hideFor: async (ms: number): Promise<void> =>
      void hidden.push(`${ms / 1000} s at ${seconds(clock.now())}`),
  };
  const slots = makeFreeSlots();
  const turnLimits = makeScriptedLimits();
  let tokens = 0;

  const runTurnJob = makeRunTurnJob({
    readTurnJob: async () => ({ bot: await bots.open(), stop: stop.stored, inbox: inbox.messages }),
    inbox,
    findStop: async ({ event }) => {
      // Of another message, which the job may take.
      if (event.data.msgUID !== job.event.data.msgUID) return stopOf.get(event.data.msgUID);
      stop.reads += 1;
      return stop.read();
    },
    conversations: { forget: async (key) => void forgotten.push(key) },
    jobs,
    forwardTurn: async (turn, receiver, { admission, ...until }) => {
      forwarded.push(turn);
      receivers.push(receiver);
      limits.push(until);
      await admission;
      return model.answer(receiver);
    },
    countTurn: turnLimits.countTurn,
    notices: turnLimits,
    receiverFor: (_turn, lease, { open } = {}) => {
      given = lease;
      const sink = im.newSink();
      sinks.push(sink);
      if (!open) return { sink };
      continued.push(open);
      return { sink, restart: async () => ({ ...open, seq: open.seq + 3 }) };
    },
    closeOpenMessage: (_route, open, reason) => {
      closedAs.push([open, reason]);
      return im.close(open);
    },
    sendCheck: (check) => queueOfChecks.send(check),
    deadLetters,
    report: makeReportJob({ pseudonymOf, log, metrics, clock }),
    recordTurn: makeRecordTurn({ metrics: turnMetrics, clock }),
    keepsText: () => false,
    acquireSlots: slots.acquire,
    clock,
    log,
    random: () => 0,
    newToken: () => {
      tokens += 1;
      return `t${tokens}`;
    },
  });

  return {
    /** `receives`: how often the queue has delivered it, including this time. */
    run: (receives = 1) =>
      runTurnJob(
        job,
        {
          receiveCount: receives,
          firstReceivedAt: queue.firstReceivedAt,
          isLatest: queue.isLatest,
          hideFor: (ms) => queue.hideFor(ms),
        },
        clock.now() + 900_000,
      ),
    job,
    id,
    clock,
    seconds,
    jobs,
    bots,
    stop,
    stopOf,
    forgotten,
    inbox,
    model,
    im,
    queue,
    slots,
    turnLimits,
    forwarded,
    checks,
    queueOfChecks,
    limits,
    receivers,
    hidden,
    closed,
    closedAs,
    sinks,
    continued,
    deadLetters,
    log,
    metrics,
    turnMetrics,
    record: () => jobs.recordOf(id),
    events: () => log.lines.map(({ event }) => event),
    /** What all of them have shown the user. */
    shown: () => sinks.map((sink) => sink.text()).filter((text) => text !== ""),
  };
};
