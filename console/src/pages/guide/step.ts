import type { ReadonlySignal } from "@preact/signals";
import type { TurnReply } from "#adapters/api-gateway/turn-reply.ts";
import type { ApiError } from "../../api-error.ts";
import type { SignedIn } from "../../session.ts";
import type { Call } from "./command/call.ts";
import type { FieldName, Values } from "./values.ts";

export interface StepTexts {
  readonly title: string;
  /** What the step does, in one or two sentences. */
  readonly intro: string;
  /** What to do, or to know, one by one. */
  readonly points?: readonly string[];
  /** The button that runs the step. */
  readonly action?: string;
}

/** What a step knows when it is shown. */
export interface Facts {
  readonly values: Values;
  readonly session: SignedIn;
  readonly appKey: string;
}

/** A text for another console or a terminal. */
export interface Copyable {
  readonly label: string;
  readonly text: string;
}

export interface StepResult {
  /** In the chosen language. */
  readonly meaning: () => string;
  /** Whether the step has not reached what it is for, though no call failed. */
  readonly isFailed?: boolean;
  /** The bridge's reply, shown as JSON. */
  readonly reply?: unknown;
  /** The bot's answer. */
  readonly answer?: string;
  /** What became of a message, a turn for each integration that it triggered. */
  readonly turns?: readonly TurnReply[];
  /** When each part of a turn happened. */
  readonly story?: TurnReply;
  readonly copyable?: Copyable;
}

export interface RunContext {
  readonly values: Values;
  readonly signal: AbortSignal;
  /** Shows what is known so far. */
  readonly show: (result: StepResult) => void;
}

/** One step of a guide: what it shows, sends and does. */
export interface Step {
  readonly id: string;
  readonly texts: ReadonlySignal<StepTexts>;
  readonly fields: readonly FieldName[];
  /** The call that its command makes. */
  readonly call?: (values: Values) => Call;
  /** Whether the user runs the command, and the button only waits for what comes of it. */
  readonly isCommandFirst?: boolean;
  /** What its button does; without one, the user says that the step is done. */
  readonly run?: (context: RunContext) => Promise<StepResult>;
  readonly copyables?: (facts: Facts) => readonly Copyable[];
  /** Why the step cannot work as things are. */
  readonly warning?: (facts: Facts) => string | undefined;
  /** What to do about an error of this step that the general advice does not fit. */
  readonly advice?: (error: ApiError) => string | undefined;
}

export interface Guide {
  readonly name: "integration" | "rongcloud";
  readonly steps: readonly [Step, ...Step[]];
}
