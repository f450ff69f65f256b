import type { JsonObject } from "../json.ts";

export interface Failure {
  readonly code: string;
  readonly status: number;
  readonly message: string;
}

/** What a run came to; `run` is the data of a graph's `workflow_finished`. */
export type Outcome =
  | {
      readonly kind: "answered";
      readonly answer: string;
      readonly metadata: JsonObject;
      readonly run: JsonObject | undefined;
    }
  | { readonly kind: "failed"; readonly failure: Failure; readonly run: JsonObject | undefined }
  | { readonly kind: "paused"; readonly data: JsonObject }
  /** Ended without anything worth keeping. */
  | { readonly kind: "nothing" };

/** What a run does next. Runs are generators of these, so that they know no clock and no socket. */
export type Step =
  | { readonly kind: "event"; readonly event: JsonObject }
  | { readonly kind: "wait"; readonly ms: number }
  /** Nothing but pings, until it is stopped or the server gives up. */
  | { readonly kind: "hold" }
  /** Stored, and answered where the request is a blocking one. */
  | { readonly kind: "settle"; readonly outcome: Outcome }
  /** The streams end here; the run goes on when its form is filled. */
  | { readonly kind: "pause"; readonly formToken: string; readonly form: JsonObject }
  /** The connections break; a run that outlives them goes on. */
  | { readonly kind: "cut" };

export type Steps = Generator<Step, void, void>;

/** A stop by the user that asked, or one by somebody else that takes effect all the same. */
export type Stop = "stopped" | "aborted";

export interface RunControl {
  readonly stop: () => Stop | undefined;
  /** The action chosen in the form that the run paused for. */
  readonly chosenAction: () => string;
}

export const eventStep = (event: JsonObject): Step => ({ kind: "event", event });
