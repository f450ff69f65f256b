import type {
  Integration,
  IntegrationChanges,
  IntegrationType,
  OpenIntegration,
  SentIntegration,
} from "./integration.ts";

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

/** A bot with the keys of its Dify apps in clear. */
export type OpenBot = Bot<OpenIntegration>;

/** What an update of a bot names; the rest stays as it is. Metadata is replaced whole, and so is the list of integrations. */
export interface BotChanges extends Partial<Pick<Bot, "name" | "type" | "profileUrl" | "metadata">> {
  readonly integrations?: readonly SentIntegration[];
}

/** A page of an app's bots, in the order of their ids. */
export interface BotPage {
  readonly bots: readonly Bot[];
  /** How many the app has in all. */
  readonly total: number;
}

export type CreatedBot = "created" | "exists" | "over_cap";
/** A key was sent in its masked form, and the key that is kept for this type, if one is, has another. */
export interface OtherKey {
  readonly otherKeyOf: IntegrationType;
}
export type UpdatedBot = "updated" | "unknown_bot" | OtherKey;
export type AddedIntegration = "added" | "exists" | "unknown_bot";
export type UpdatedIntegration = UpdatedBot | "unknown_integration";
export type RemovedIntegration = "removed" | "unknown_bot" | "unknown_integration";

/**
 * Where an app's bots are kept. No app sees another's. Reads give what stands at this moment; a write touches what it
 * names alone, so that of two at the same time neither is lost. `now` becomes the bot's `updatedAt`.
 */
export interface BotStore {
  /** Adds the bot unless its `userId` is taken or the app has `cap` bots already. */
  create(appKey: string, bot: OpenBot, cap: number): Promise<CreatedBot>;
  update(appKey: string, userId: string, changes: BotChanges, now: number): Promise<UpdatedBot>;
  /** False where there is no such bot. */
  delete(appKey: string, userId: string): Promise<boolean>;
  /** Unknown ids are left out; no order. */
  find(appKey: string, userIds: readonly string[]): Promise<Bot[]>;
  /** The ids of all of the app's bots; around a create, a delete or a crash it may differ from them for a while. */
  ids(appKey: string): Promise<ReadonlySet<string>>;
  /** Pages count from 1. */
  page(appKey: string, page: number, pageSize: number): Promise<BotPage>;
  /** Reads one bot and opens its keys. */
  open(appKey: string, userId: string): Promise<OpenBot | undefined>;

  /** Adds the integration unless the bot has one of its type. */
  addIntegration(
    appKey: string,
    userId: string,
    integration: OpenIntegration,
    now: number,
  ): Promise<AddedIntegration>;
  updateIntegration(
    appKey: string,
    userId: string,
    type: IntegrationType,
    changes: IntegrationChanges,
    now: number,
  ): Promise<UpdatedIntegration>;
  removeIntegration(
    appKey: string,
    userId: string,
    type: IntegrationType,
    now: number,
  ): Promise<RemovedIntegration>;
}
