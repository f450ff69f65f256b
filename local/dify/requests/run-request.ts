import type { App } from "../apps/apps.ts";
import type { Behaviour } from "../apps/behaviour.ts";
import type { JsonObject } from "../json.ts";
import type { Outcome } from "../runs/steps.ts";
import type { Turn } from "../runs/turn.ts";
import type { StandIn } from "../state/stand-in.ts";

/** A run request whose fields are in order. */
export interface RunRequest {
  readonly standIn: StandIn;
  readonly app: App;
  readonly behaviour: Behaviour;
  readonly user: string;
  readonly body: JsonObject;
  readonly path: string;
  readonly streaming: boolean;
}

/** What becomes of it. */
export type PreparedRun =
  | { readonly kind: "ready"; readonly turn: Turn; readonly onOutcome: (outcome: Outcome) => void }
  | { readonly kind: "hangs" }
  | { readonly kind: "fails_in_stream"; readonly problem: string };
