import type { ModelType } from "#core/bot/integration-types.ts";
import { dayMs } from "#core/shared/clock.ts";
import type { Lease } from "#core/shared/lease.ts";
import type { StoryEnding } from "#core/turn/turn-story.ts";

/** Identifies a client's turn. */
export interface ChatTurnId {
  readonly appKey: string;
  readonly turn: string;
}

/** The user whose turn it is, and the bot that answers. */
export interface ChatTurnOwner {
  readonly userId: string;
  readonly botUserId: string;
}

export interface NewChatTurn extends ChatTurnId, ChatTurnOwner {
  /** Undefined until the bot has been read: the first enabled one, unless the client names a type. */
  readonly integrationType: ModelType | undefined;
  /** The name of the conversation; undefined for the one that the user has with the bot in the IM. */
  readonly conversation: string | undefined;
  /** A hash of the question: the same idempotency key with another question is an error. */
  readonly questionHash: string;
  /** Whether the answer is stored, for a client whose connection breaks. */
  readonly keepsAnswer: boolean;
}

/** A new turn whose bot has been read. */
export interface StartedChatTurn extends NewChatTurn {
  readonly integrationType: ModelType;
}

/** A stored turn. All times are in milliseconds since the epoch. */
export interface ChatTurn extends NewChatTurn {
  readonly state: "running" | "done";
  /**
   * The number of this run, unique within the turn: above 1 if an earlier process died or the turn was not admitted at
   * first.
   */
  readonly attempt: number;
  /** When the lease of the process that runs it expires. */
  readonly heldUntil: number;
  /** Until when the answer can be replayed; undefined while the turn runs. */
  readonly replayUntil: number | undefined;
  /** The model's reference for the turn (see `Model`); undefined until known. */
  readonly reference: string | undefined;
  /** A hash of the input that this run continues the answer with; undefined if it asks the question. */
  readonly inputHash: string | undefined;
}

export type BegunTurn =
  | { readonly status: "begun"; readonly attempt: number }
  /** The turn is running or done: its answer can be replayed. */
  | { readonly status: "existing"; readonly turn: ChatTurn };

/** A turn and the type of the integration that answers it. */
export type IntegratedChatTurn = ChatTurnId & Pick<StartedChatTurn, "integrationType">;

/** "stop": the user has requested a stop. "lost": another process has the turn. */
export type RenewedTurn = "run" | "stop" | "lost";

export interface EndedTurn {
  /** Until when the answer, if stored, can be replayed, in milliseconds since the epoch. */
  readonly replayUntil: number;
  /** Whether a retry may succeed: the same request then runs the turn again. */
  readonly isRetryable: boolean;
  /** Until when the answer may continue after human input, in milliseconds since the epoch; undefined if it is complete. */
  readonly pausedUntil?: number | undefined;
  readonly ending?: StoryEnding | undefined;
}

/** A run that continues a turn. */
export interface ContinuedTurn extends ChatTurnId {
  /** The number of the turn's last run. */
  readonly attempt: number;
  readonly inputHash: string;
}

export interface ChatTurnStore {
  /**
   * Begins the turn, unless it is running or its answer is still stored. A turn that failed or whose process died begins
   * again.
   */
  begin(turn: NewChatTurn, lease: Lease): Promise<BegunTurn>;
  /**
   * Begins a run that continues the answer after human input, and returns its number; undefined if another run has begun
   * since `attempt`, or that one is still running.
   */
  continue(turn: ContinuedTurn, lease: Lease): Promise<number | undefined>;
  /** Extends the lease, and returns whether a stop was requested. */
  renew(id: ChatTurnId, lease: Lease): Promise<RenewedTurn>;
  /** Saves the model's reference for the turn, and the type of its integration. */
  saveReference(turn: IntegratedChatTurn, token: string, reference: string): Promise<void>;
  /** Marks the turn as done, and saves the type of its integration. */
  end(turn: IntegratedChatTurn, token: string, ended: EndedTurn): Promise<void>;
  /**
   * Marks the turn as not begun, if the client has received nothing: it may begin again immediately. `ending`: why it did not
   * run.
   */
  discard(id: ChatTurnId, token: string, ending?: StoryEnding): Promise<void>;
  find(id: ChatTurnId): Promise<ChatTurn | undefined>;
  /** Requests that the turn stop; undefined if its owner has no such turn. */
  requestStop(id: ChatTurnId, owner: ChatTurnOwner): Promise<ChatTurn | undefined>;
}

/** How long an answer can be replayed after its end. */
export const replayLifeMs = 10 * 60_000;
/** A turn's record lives as long as its conversation, so that its user can rate it later. */
export const chatTurnLifeMs = dayMs;

/** The lease of a turn that a client waits for. A stop request takes effect at the next heartbeat. */
export const chatLease = { leaseMs: 10_000, heartbeatMs: 2_000 } as const;
