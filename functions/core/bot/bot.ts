import type { Integration, IntegrationChanges, IntegrationInput, IntegrationWithKey } from "./integration.ts";
import type { IntegrationType } from "./integration-types.ts";

export interface Bot<I extends Integration = Integration> {
  /** Unique within its app. */
  readonly userId: string;
  readonly name: string;
  /** A free label. */
  readonly type: string;
  readonly profileUrl: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** At most one of each type, in the order of `integrationTypes`. */
  readonly integrations: readonly I[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Milliseconds since the epoch. */
  readonly updatedAt: number;
}

/** A bot with its API keys in clear. */
export type BotWithKeys = Bot<IntegrationWithKey>;

/** The fields that an update of a bot changes; the others keep their values. Metadata and integrations are replaced whole. */
export interface BotChanges extends Partial<Pick<Bot, "name" | "type" | "profileUrl" | "metadata">> {
  readonly integrations?: readonly IntegrationInput[];
}

/** A page of an app's bots, in the order of their ids. */
export interface BotPage {
  readonly bots: readonly Bot[];
  /** How many the app has in all. */
  readonly total: number;
}

export type CreateBotResult = "created" | "exists" | "limit_reached";

/** Why an update of a bot was refused. `type`: of the integration concerned. */
export type BotRefusal =
  | { readonly status: "unknown_bot" }
  /** A key was sent in its masked form, and the stored key of this type, if there is one, has another. */
  | { readonly status: "wrong_key"; readonly type: IntegrationType }
  /** Options were omitted that this type requires, and none are stored. */
  | { readonly status: "missing_options"; readonly type: IntegrationType };
export type IntegrationRefusal = BotRefusal | { readonly status: "unknown_integration" };

export type UpdateBotResult = { readonly status: "updated" } | BotRefusal;
export type UpdateIntegrationResult = { readonly status: "updated" } | IntegrationRefusal;
export type AddIntegrationResult = "added" | "exists" | "unknown_bot";
export type RemoveIntegrationResult = "removed" | "unknown_bot" | "unknown_integration";

/**
 * Where an app's bots are kept. No app sees another's. Reads give what stands at this moment; a write touches what it
 * names alone, so that of two at the same time neither is lost. `now` becomes the bot's `updatedAt`.
 */
export interface BotStore {
  /** Adds the bot unless its `userId` is taken or the app has `cap` bots already. */
  create(appKey: string, bot: BotWithKeys, maxBots: number): Promise<CreateBotResult>;
  update(appKey: string, userId: string, changes: BotChanges, now: number): Promise<UpdateBotResult>;
  /** False where there is no such bot. */
  delete(appKey: string, userId: string): Promise<boolean>;
  /** Unknown ids are left out; no order. */
  find(appKey: string, userIds: readonly string[]): Promise<Bot[]>;
  /** The ids of all of the app's bots; around a create, a delete or a crash it may differ from them for a while. */
  ids(appKey: string): Promise<ReadonlySet<string>>;
  /** Pages count from 1. */
  page(appKey: string, page: number, pageSize: number): Promise<BotPage>;
  /** Reads one bot and opens its keys. */
  findWithKeys(appKey: string, userId: string): Promise<BotWithKeys | undefined>;

  /** Adds the integration unless the bot has one of its type. */
  addIntegration(
    appKey: string,
    userId: string,
    integration: IntegrationWithKey,
    now: number,
  ): Promise<AddIntegrationResult>;
  updateIntegration(
    appKey: string,
    userId: string,
    type: IntegrationType,
    changes: IntegrationChanges,
    now: number,
  ): Promise<UpdateIntegrationResult>;
  removeIntegration(
    appKey: string,
    userId: string,
    type: IntegrationType,
    now: number,
  ): Promise<RemoveIntegrationResult>;
}
