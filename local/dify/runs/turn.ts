import type { App } from "../apps/apps.ts";
import type { Behaviour } from "../apps/behaviour.ts";
import type { JsonObject } from "../json.ts";

/** One run of an app: what was asked, under which ids, and what shall happen. */
export interface Turn {
  readonly app: App;
  readonly behaviour: Behaviour;
  readonly user: string;
  readonly endUserId: string;
  readonly query: string;
  readonly inputs: JsonObject;
  readonly taskId: string;
  readonly runId: string;
  /** A workflow has neither message nor conversation, a completion no conversation. */
  readonly messageId: string | undefined;
  readonly conversation: TurnConversation | undefined;
  readonly createdAt: number;
  readonly paceMs: number;
  readonly namingDelayMs: number;
}

export interface TurnConversation {
  readonly id: string;
  /** From 1. */
  readonly turnNumber: number;
  readonly previousQuery: string | undefined;
}
