import type { ModelIntegration } from "#core/bot/integration.ts";
import type { LimitName, Rates } from "#core/bot/limits.ts";
import type { Counts } from "./limit-windows.ts";

/** Whose turns and tokens are counted. A bot is counted by integration, since each has its own options. */
export type LimitScope = "app" | "bot" | "app_user" | "bot_user";

/** One record of counts, and the limits of them. */
export interface CountedScope {
  readonly scope: LimitScope;
  /** App, and depending on the scope bot, integration type and user. */
  readonly ids: readonly string[];
  readonly rates: Rates;
}

export interface ReachedLimit {
  readonly scope: LimitScope;
  readonly limit: LimitName;
  /** When its window ends, in milliseconds since the epoch. */
  readonly freeAt: number;
}

/** A turn to count against its limits. */
export interface CountableTurn {
  readonly appKey: string;
  readonly botUserId: string;
  readonly userId: string;
  readonly integration: Pick<ModelIntegration, "type" | "options">;
}

/** Counts turns and tokens by minute and day. Times are in milliseconds since the epoch. */
export interface LimitStore {
  /** Counts a turn in the windows of `at`, unless one of the limits is reached. */
  count(
    scope: CountedScope,
    at: number,
  ): Promise<
    | { readonly status: "counted"; readonly counts: Counts }
    | { readonly status: "reached"; readonly limit: LimitName }
  >;
  /** Takes back what was counted at `at`. */
  undo(scope: CountedScope, at: number): Promise<void>;
  /** Adds the tokens of a turn that has ended; resolves with the day's sum. */
  addTokens(scope: CountedScope, at: number, tokens: number): Promise<number>;
  /** True once per limit and day: then the operator is to be warned. */
  claimWarning(scope: CountedScope, at: number, limit: LimitName): Promise<boolean>;
  /** True once per user and bot in the limit's window: then the user is to be told. */
  claimNotice(turn: CountableTurn, reached: ReachedLimit): Promise<boolean>;
}
