import type { ModelType } from "#core/bot/integration-types.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Metrics } from "#core/shared/metrics.ts";
import type { TurnReport } from "./forward-turn.ts";

/** How a turn came in, and its answer goes out. */
export const turnChannels = ["im", "http"] as const;
type TurnChannel = (typeof turnChannels)[number];

interface ReportedTurn {
  readonly channel: TurnChannel;
  readonly integrationType: ModelType;
  /** When the user began to wait, in milliseconds since the epoch. */
  readonly startedAt: number;
}

export type RecordTurn = (turn: ReportedTurn, report: TurnReport) => void;

type Status = TurnReport["outcome"]["status"];

/** A turn that waits for a person, that cannot be read, or that its user stopped did not fail. */
const isSuccess: Record<Status, boolean> = {
  answered: true,
  truncated: true,
  stopped: true,
  paused: true,
  unreadable: true,
  failed: false,
  incomplete: false,
  abandoned: false,
};

export const isSuccessful = ({ status }: TurnReport["outcome"]): boolean => isSuccess[status];

/**
 * A truncated answer counts as an answer: alarms compare failures with answers, and a metric of its own would be paid for
 * in each of them. Log lines keep the two apart.
 */
const countedAs = (status: Status): Exclude<Status, "truncated"> =>
  status === "truncated" ? "answered" : status;

/**
 * Counts turns for alarms and the dashboard (docs/runbook.md): `TurnEnded` by outcome, with how long the turn took;
 * `FirstText`, how long its user waited; `ModelFailed`, why a model gave no answer.
 */
export const makeRecordTurn =
  ({ metrics, clock }: { readonly metrics: Metrics; readonly clock: Clock }): RecordTurn =>
  ({ channel, integrationType, startedAt }, { outcome, firstTextAt }) => {
    const { status } = outcome;
    metrics.time("TurnEnded", clock.now() - startedAt, { channel, outcome: countedAs(status) });
    if (firstTextAt !== undefined) metrics.time("FirstText", firstTextAt - startedAt, { channel });
    if (status === "failed")
      metrics.count("ModelFailed", { integration: integrationType, code: outcome.code });
  };
