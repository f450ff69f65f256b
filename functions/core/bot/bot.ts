import type { Integration, IntegrationChanges, IntegrationInput, IntegrationWithKey } from "./integration.ts";
import type { IntegrationType } from "./integration-types.ts";

export interface Bot<I extends Integration = Integration> {
  /** Unique within its app. */
  readonly userId: string;
  readonly name: string;
  /** A label of the app's choice. */
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

/** A bot with its API keys in plain text. */
export type BotWithKeys = Bot<IntegrationWithKey>;

/**
 * The fields that an update of a bot changes; omitted fields keep their values. Metadata and integrations are replaced
 * as a whole.
 */
export interface BotChanges extends Partial<Pick<Bot, "name" | "type" | "profileUrl" | "metadata">> {
  readonly integrations?: readonly IntegrationInput[];
}

/** A page of an app's bots, ordered by id. */
export interface BotPage {
  readonly bots: readonly Bot[];
  /** The number of bots that the app has. */
  readonly total: number;
}

export type CreateBotResult = "created" | "exists" | "limit_reached";

/** Why an update of a bot was rejected. `type` is the type of the affected integration. */
export type BotRefusal =
  | { readonly status: "unknown_bot" }
  /** A masked key was sent that does not match the stored key of this type, or no key is stored. */
  | { readonly status: "wrong_key"; readonly type: IntegrationType }
  /** `callbackUrl` changes to another origin, and the key was not sent again: keys are never sent to an origin that they were not given for. */
  | {
      readonly status: "new_origin";
      readonly type: IntegrationType;
      readonly from: string;
      readonly to: string;
    }
  /** Options that this type requires were omitted, and none are stored. */
  | { readonly status: "missing_options"; readonly type: IntegrationType };
export type IntegrationRefusal = BotRefusal | { readonly status: "unknown_integration" };

/** An integration as an update would store it, with its bot and its key. */
export type PreviewResult =
  | { readonly status: "found"; readonly bot: Bot; readonly integration: IntegrationWithKey }
  | BotRefusal;

export type UpdateBotResult = { readonly status: "updated" } | BotRefusal;
export type UpdateIntegrationResult = { readonly status: "updated" } | IntegrationRefusal;
export type AddIntegrationResult = "added" | "exists" | "unknown_bot";
export type RemoveIntegrationResult = "removed" | "unknown_bot" | "unknown_integration";

/**
 * Stores bots per app; no app can see another app's bots. Reads are strongly consistent. A write changes only the fields
 * that it names, so concurrent writes are not lost. `now` becomes the bot's `updatedAt`, in milliseconds since the epoch.
 */
export interface BotStore {
  /** Adds the bot unless its `userId` exists or the app already has `maxBots` bots. */
  create(appKey: string, bot: BotWithKeys, maxBots: number): Promise<CreateBotResult>;
  update(appKey: string, userId: string, changes: BotChanges, now: number): Promise<UpdateBotResult>;
  /** False if there is no such bot. */
  delete(appKey: string, userId: string): Promise<boolean>;
  /** Returns the bots in no particular order; unknown ids are omitted. */
  find(appKey: string, userIds: readonly string[]): Promise<Bot[]>;
  /** The ids of all of the app's bots; briefly out of date after a create, a delete or a crash. */
  ids(appKey: string): Promise<ReadonlySet<string>>;
  /** Pages count from 1. */
  page(appKey: string, page: number, pageSize: number): Promise<BotPage>;
  /** Reads one bot and decrypts its keys. */
  findWithKeys(appKey: string, userId: string): Promise<BotWithKeys | undefined>;
  /** Completes an integration by the stored key and options, under the rules of an update, and writes nothing. */
  preview(appKey: string, userId: string, sent: IntegrationInput): Promise<PreviewResult>;

  /** Adds the integration unless the bot already has one of its type. */
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
