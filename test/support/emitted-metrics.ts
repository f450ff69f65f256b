import { jest } from "@jest/globals";
import { makeMetrics } from "#adapters/node/metrics.ts";
import { failureCodes, truncationReasons } from "#core/answer/answer.ts";
import { integrationTypes, modelTypes } from "#core/bot/integration-types.ts";
import { jobMetrics, makeReportJob } from "#core/jobs/job-report.ts";
import { makeAcquireSlots, type SlotStore, slotChannels, slotLimitKinds } from "#core/shared/slots.ts";
import { makeCountTurn } from "#core/turn/count-turn.ts";
import type { TurnReport } from "#core/turn/stream-answer.ts";
import { makeRecordTurn, turnChannels, waitCauses } from "#core/turn/turn-report.ts";
import { botEventsRoute, messagesRoute, setUpCallbacks } from "../unit/functions/im-callback/callbacks.ts";
import { webhookJob } from "./jobs.ts";
import { makeMemoryLimits } from "./memory-limits.ts";
import { makeMemoryLog } from "./memory-log.ts";
import { type MemoryMetrics, makeMemoryMetrics } from "./memory-metrics.ts";
import { pseudonymOf } from "./pseudonyms.ts";
import { makeTestClock } from "./test-clock.ts";

export interface EmittedMetric {
  readonly namespace: string;
  readonly name: string;
  /** All of them, including `service`. */
  readonly dimensions: Readonly<Record<string, string>>;
}

type Outcome = TurnReport["outcome"];

/** The outcomes without data. */
const others: Record<Exclude<Outcome["status"], "failed" | "paused" | "truncated">, true> = {
  answered: true,
  stopped: true,
  incomplete: true,
  abandoned: true,
  unreadable: true,
};

/** The keys, checked by the compiler: a kind that is added must be added here. */
const keysOf = <K extends string>(all: Record<K, unknown>): K[] => Object.keys(all) as K[];

const cleanup = Promise.resolve();

const noteTurns = (metrics: MemoryMetrics): void => {
  const recordTurn = makeRecordTurn({ metrics, clock: makeTestClock() });
  const outcomes: Outcome[] = [
    ...keysOf(others).map((status) => ({ status })),
    { status: "paused", pause: {} },
    ...truncationReasons.map((reason) => ({ status: "truncated", reason }) as const),
    ...failureCodes.map((code) => ({ status: "failed", code, retryable: true, detail: "" }) as const),
  ];
  for (const channel of turnChannels) {
    for (const integrationType of modelTypes) {
      for (const outcome of outcomes) {
        const turn = { channel, integrationType, startedAt: 0 };
        const delivery = { status: "delivered" } as const;
        recordTurn(turn, { status: "ended", outcome, delivery, modelCalls: 1, firstTextAt: 1, cleanup });
      }
    }
  }
};

const noteStarts = (metrics: MemoryMetrics): void => {
  const recordTurn = makeRecordTurn({ metrics, clock: makeTestClock() });
  const turn = { channel: "im", integrationType: "dify_chat", startedAt: 0 } as const;
  for (const cause of waitCauses) {
    recordTurn(
      { ...turn, wait: { since: 0, cause } },
      {
        status: "ended",
        outcome: { status: "answered" },
        delivery: { status: "delivered" },
        modelCalls: 1,
        firstTextAt: 1,
        start: { openedAt: 1, freeSince: undefined },
        cleanup,
      },
    );
  }
};

const refuseSlots = async (metrics: MemoryMetrics): Promise<void> => {
  for (const channel of slotChannels) {
    for (const kind of slotLimitKinds) {
      const store: SlotStore = { acquire: async () => ({ status: "refused", by: kind }) };
      const acquireSlots = makeAcquireSlots({
        store,
        channel,
        clock: makeTestClock(),
        metrics,
        log: makeMemoryLog(),
      });
      await acquireSlots([{ pool: [], slot: "", limits: [{ kind, id: "", max: 1 }], until: 0 }]);
    }
  }
};

/** Each kind of limit: its second turn is refused, and the first one used all of it. */
const reachLimits = async (metrics: MemoryMetrics): Promise<void> => {
  const one = { turnsPerDay: 1 };
  for (const limits of [one, { perUser: one }]) {
    for (const [app, options] of [
      [{}, { limits }],
      [{ limits }, {}],
    ]) {
      const countTurn = makeCountTurn({
        store: makeMemoryLimits(),
        apps: { find: async (appKey) => ({ appKey, secrets: ["s"], ...app }) },
        ...{ metrics, pseudonymOf, log: makeMemoryLog(), clock: makeTestClock() },
      });
      const integration = { type: "dify_chat", options: options ?? {} } as const;
      const turn = { appKey: "a", botUserId: "b", userId: "u", integration };
      await countTurn(turn, { wasCounted: false });
      await countTurn(turn, { wasCounted: false });
    }
  }
};

const reportJobs = (metrics: MemoryMetrics): void => {
  const report = makeReportJob({ pseudonymOf, metrics, log: makeMemoryLog(), clock: makeTestClock() });
  for (const integrationType of integrationTypes) {
    for (const stage of keysOf(jobMetrics)) report(stage, { ...webhookJob(), integrationType });
  }
};

const dropCallbacks = async (metrics: MemoryMetrics): Promise<void> => {
  const callbacks = setUpCallbacks();
  for (const route of [messagesRoute, botEventsRoute]) await callbacks.call(route, Buffer.from("nonsense"));
  metrics.counts.push(...callbacks.metrics.counts);
};

/** Emits the metrics as on Lambda, and parses the lines as CloudWatch does. */
const asCloudWatchReads = ({ notes, counts }: MemoryMetrics, service: string): EmittedMetric[] => {
  const lines: string[] = [];
  const write = jest
    .spyOn(process.stdout, "write")
    .mockImplementation((line) => lines.push(String(line)) > 0);
  process.env.POWERTOOLS_SERVICE_NAME = service;
  try {
    const metrics = makeMetrics();
    for (const { name, ms, dimensions } of notes) metrics.time(name, ms, dimensions);
    for (const { name, dimensions } of counts) metrics.count(name, dimensions);
  } finally {
    delete process.env.POWERTOOLS_SERVICE_NAME;
    write.mockRestore();
  }
  return lines.map((line) => {
    const { _aws, ...fields } = JSON.parse(line);
    const [{ Namespace, Dimensions, Metrics }] = _aws.CloudWatchMetrics;
    const names: string[] = Dimensions[0];
    return {
      namespace: Namespace,
      name: Metrics[0].Name,
      dimensions: Object.fromEntries(names.map((name) => [name, fields[name]])),
    };
  });
};

/** Every metric that the functions can emit, with all dimension values. */
export const emittedMetrics = async (service: string): Promise<EmittedMetric[]> => {
  const metrics = makeMemoryMetrics();
  noteTurns(metrics);
  noteStarts(metrics);
  await refuseSlots(metrics);
  await reachLimits(metrics);
  reportJobs(metrics);
  await dropCallbacks(metrics);
  return asCloudWatchReads(metrics, service);
};
