import type { ModelType } from "#core/bot/integration-types.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Metrics } from "#core/shared/metrics.ts";
import type { TurnReport } from "./stream-answer.ts";

/** The channel through which a turn arrives and its answer is sent. */
export const turnChannels = ["im", "http"] as const;
export type TurnChannel = (typeof turnChannels)[number];

/** "limit": the turn was postponed because its app, bot or user had all their slots in use. */
export const waitCauses = ["capacity", "limit"] as const;
export type WaitCause = (typeof waitCauses)[number];

interface ReportedTurn {
  readonly channel: TurnChannel;
  readonly integrationType: ModelType;
  /** When the user's wait began, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** How the turn waited before it could start; undefined if that is not known. */
  readonly wait?: {
    /** When it was queued, in milliseconds since the epoch. */
    readonly since: number;
    readonly cause: WaitCause;
  };
}

export type RecordTurn = (turn: ReportedTurn, report: TurnReport) => void;

type Status = TurnReport["outcome"]["status"];

/** Turns that wait for human input, cannot be read, or were stopped by the user are not failures. */
const successByStatus: Record<Status, boolean> = {
  answered: true,
  truncated: true,
  stopped: true,
  paused: true,
  unreadable: true,
  failed: false,
  incomplete: false,
  abandoned: false,
};

export const isSuccessful = ({ status }: TurnReport["outcome"]): boolean => successByStatus[status];

/**
 * A truncated answer counts as an answer: alarms compare failures with answers, and a metric of its own would add cost to
 * each alarm. Log lines distinguish the two.
 */
const countedAs = (status: Status): Exclude<Status, "truncated"> =>
  status === "truncated" ? "answered" : status;

/**
 * Records metrics of turns for alarms and the dashboard (docs/runbook.md): `TurnEnded`, duration by outcome; `FirstText`, time
 * until the first text; `StartDelay`, how long a turn waited although its conversation was free; `ModelFailed`, count by error
 * code. Durations are in milliseconds.
 */
export const makeRecordTurn =
  ({ metrics, clock }: { readonly metrics: Metrics; readonly clock: Clock }): RecordTurn =>
  ({ channel, integrationType, startedAt, wait }, { outcome, firstTextAt, start }) => {
    const { status } = outcome;
    metrics.time("TurnEnded", clock.now() - startedAt, { channel, outcome: countedAs(status) });
    if (firstTextAt !== undefined) metrics.time("FirstText", firstTextAt - startedAt, { channel });
    if (wait && start) {
      const couldStartAt = Math.max(wait.since, start.freeSince ?? 0);
      metrics.time("StartDelay", Math.max(0, start.openedAt - couldStartAt), { cause: wait.cause });
    }
    if (status === "failed")
      metrics.count("ModelFailed", { integration: integrationType, code: outcome.code });
  };
