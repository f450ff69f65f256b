import type { AnswerIds } from "#core/answer/answer.ts";
import type { DifyType } from "#core/bot/integration.ts";
import type { Lease } from "#core/jobs/job-store.ts";

/** What tells one turn of a client from every other. */
export interface ChatTurnId {
  readonly appKey: string;
  readonly turn: string;
}

/** Whose a turn is, and with whom. */
export interface ChatTurnOwner {
  readonly userId: string;
  readonly botUserId: string;
}

export interface NewChatTurn extends ChatTurnId, ChatTurnOwner {
  readonly integrationType: DifyType;
  /** The name of the conversation; undefined for the one that the user has with the bot in the IM. */
  readonly conversation: string | undefined;
  /** A hash of what was asked: the same key with another question is no repetition. */
  readonly questionHash: string;
  /** Whether its answer is kept, for a client whose connection breaks. */
  readonly keepsAnswer: boolean;
}

/** A turn as it is remembered. All times are milliseconds since the epoch. */
export interface ChatTurn extends NewChatTurn {
  readonly state: "running" | "done";
  /** How often it was begun: once, unless its machine died, or it was not let in. No two runs have the same. */
  readonly attempt: number;
  /** Until when its machine is known to live. */
  readonly heldUntil: number;
  /** Until when its answer can be had again; undefined while it runs. */
  readonly replayUntil: number | undefined;
  /** What Dify calls it, once it has said so, and under which `user`. */
  readonly named: (AnswerIds & { readonly user: string }) | undefined;
}

export type BegunTurn =
  | { readonly status: "begun"; readonly attempt: number }
  /** It runs or is done: its answer can be had again. */
  | { readonly status: "known"; readonly turn: ChatTurn };

/** `stop`: its user wants no more of it. `lost`: it is another machine's by now. */
export type TurnMark = "run" | "stop" | "lost";

export interface EndedTurn {
  /** Until when its answer, where it is kept, can be had again, in milliseconds since the epoch. */
  readonly replayUntil: number;
  /** Whether it failed in a way that may pass: whoever asks the same again has it begun anew. */
  readonly mayBeAskedAgain: boolean;
}

export interface ChatTurnStore {
  /** Begins the turn, unless it runs or its answer is still kept. One whose machine died, or that failed, begins again. */
  begin(turn: NewChatTurn, lease: Lease): Promise<BegunTurn>;
  /** Holds it for longer, and tells what it was marked with. */
  beat(id: ChatTurnId, lease: Lease): Promise<TurnMark>;
  /** Notes what Dify calls it. */
  name(id: ChatTurnId, token: string, named: AnswerIds & { readonly user: string }): Promise<void>;
  /** It is done. */
  end(id: ChatTurnId, token: string, ended: EndedTurn): Promise<void>;
  /** It was not let in after all, and its client has heard nothing: it may begin again at once. */
  discard(id: ChatTurnId, token: string): Promise<void>;
  find(id: ChatTurnId): Promise<ChatTurn | undefined>;
  /** Marks it as not wanted any more; undefined where its owner has no such turn. */
  askStop(id: ChatTurnId, owner: ChatTurnOwner): Promise<ChatTurn | undefined>;
}

/** An answer can be had again for so long after its end. */
export const replayLifeMs = 10 * 60_000;
/** A turn itself is remembered for as long as its conversation, for what its user thinks of it later. */
export const chatTurnLifeMs = 24 * 60 * 60_000;

/** The heartbeat of a turn that a client waits for: it learns of a stop by it, and others of its death. */
export const chatLease = { leaseMs: 10_000, heartbeatMs: 2_000 } as const;
