import type { DifyType } from "#core/bot/integration.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Metrics } from "#core/shared/metrics.ts";
import type { TurnReport } from "./forward-turn.ts";

/** By which way a turn came in, and its answer goes out. */
export type Door = "im" | "http";

export interface ReportedTurn {
  readonly door: Door;
  readonly integrationType: DifyType;
  /** When the user began to wait, in milliseconds since the epoch. */
  readonly startedAt: number;
}

export type NoteTurn = (turn: ReportedTurn, report: TurnReport) => void;

/** What waits for a person is nobody's failure, nor is what cannot be read, or what its user stopped. */
export const wentWell = ({ status }: TurnReport["outcome"]): boolean =>
  ["answered", "stopped", "paused", "unreadable"].includes(status);

/**
 * Notes what a turn came to, for alarms and the dashboard (docs/runbook.md): `TurnEnded` by outcome, with how long it took;
 * `FirstText`, how long its user waited for it; and of one that Dify failed, why.
 */
export const makeNoteTurn =
  ({ metrics, clock }: { readonly metrics: Metrics; readonly clock: Clock }): NoteTurn =>
  ({ door, integrationType, startedAt }, { outcome, firstTextAt }) => {
    const { status } = outcome;
    metrics.time("TurnEnded", clock.now() - startedAt, { door, outcome: status });
    if (firstTextAt !== undefined) metrics.time("FirstText", firstTextAt - startedAt, { door });
    if (status === "failed")
      metrics.count("DifyFailed", { integration: integrationType, code: outcome.code });
  };
