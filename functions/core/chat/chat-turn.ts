import type { ModelType } from "#core/bot/integration-types.ts";
import type { Lease } from "#core/shared/lease.ts";

/** Identifies a turn of a client. */
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
  readonly integrationType: ModelType;
  /** The name of the conversation; undefined for the one that the user has with the bot in the IM. */
  readonly conversation: string | undefined;
  /** A hash of what was asked: the same key with another question is no repetition. */
  readonly questionHash: string;
  /** Whether its answer is kept, for a client whose connection breaks. */
  readonly keepsAnswer: boolean;
}

/** A turn as it is stored. All times are milliseconds since the epoch. */
export interface ChatTurn extends NewChatTurn {
  readonly state: "running" | "done";
  /** The number of this run, unique within the turn: above 1 if a process died, or if the turn was not admitted at first. */
  readonly attempt: number;
  /** When the lease of the process that runs it expires. */
  readonly heldUntil: number;
  /** Until when its answer can be replayed; undefined while it runs. */
  readonly replayUntil: number | undefined;
  /** What its model calls it (`Model`); undefined until it has named it. */
  readonly reference: string | undefined;
}

export type BegunTurn =
  | { readonly status: "begun"; readonly attempt: number }
  /** It runs or is done: its answer can be replayed. */
  | { readonly status: "known"; readonly turn: ChatTurn };

/** `stop`: its user has requested a stop. `lost`: another process has it. */
export type RenewedTurn = "run" | "stop" | "lost";

export interface EndedTurn {
  /** Until when its answer, if it is kept, can be replayed, in milliseconds since the epoch. */
  readonly replayUntil: number;
  /** Whether it failed in a way that a retry may fix: the same request then runs the turn again. */
  readonly isRetryable: boolean;
}

export interface ChatTurnStore {
  /** Begins the turn, unless it runs or its answer is still kept. A turn whose process died, or that failed, begins again. */
  begin(turn: NewChatTurn, lease: Lease): Promise<BegunTurn>;
  /** Extends its lease, and returns whether a stop was requested. */
  renew(id: ChatTurnId, lease: Lease): Promise<RenewedTurn>;
  /** Saves what its model calls it. */
  saveReference(id: ChatTurnId, token: string, reference: string): Promise<void>;
  /** Marks it as done. */
  end(id: ChatTurnId, token: string, ended: EndedTurn): Promise<void>;
  /** Marks it as not admitted, its client having received nothing: it may begin again at once. */
  discard(id: ChatTurnId, token: string): Promise<void>;
  find(id: ChatTurnId): Promise<ChatTurn | undefined>;
  /** Requests that it stop; undefined where its owner has no such turn. */
  requestStop(id: ChatTurnId, owner: ChatTurnOwner): Promise<ChatTurn | undefined>;
}

/** How long an answer can be replayed after its end. */
export const replayLifeMs = 10 * 60_000;
/** A turn's record lives as long as its conversation, so that its user can rate it later. */
export const chatTurnLifeMs = 24 * 60 * 60_000;

/** The lease of a turn that a client waits for. A stop request takes effect at the next heartbeat. */
export const chatLease = { leaseMs: 10_000, heartbeatMs: 2_000 } as const;
