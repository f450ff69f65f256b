import type { Clock } from "#core/shared/clock.ts";
import { type BridgeError, callerError } from "#core/shared/errors.ts";
import type { Bot, BotChanges, BotRefusal, BotStore, BotWithKeys } from "./bot.ts";
import type { IntegrationChanges, IntegrationWithKey } from "./integration.ts";
import type { IntegrationType } from "./integration-types.ts";

export interface ManageBotsPorts {
  readonly bots: BotStore;
  readonly clock: Clock;
  /** The maximum number of bots per app. */
  readonly maxBots: number;
}

export type BotDraft = Omit<BotWithKeys, "createdAt" | "updatedAt">;

/**
 * The registry's use cases. All reject with a BridgeError `bad_parameter`, whose message names the field, the rule and
 * the value sent.
 */
export interface ManageBots {
  /** Rejects if the id exists or the app has reached its bot limit. */
  create(appKey: string, draft: BotDraft): Promise<void>;
  update(appKey: string, userId: string, changes: BotChanges): Promise<void>;
  delete(appKey: string, userId: string): Promise<void>;
  /** The bots with these ids, each once, in the order of the ids. Unknown ids are omitted. */
  get(appKey: string, userIds: readonly string[]): Promise<Bot[]>;
  /** Rejects a second integration of the same type. */
  addIntegration(appKey: string, userId: string, integration: IntegrationWithKey): Promise<void>;
  updateIntegration(
    appKey: string,
    userId: string,
    type: IntegrationType,
    changes: IntegrationChanges,
  ): Promise<void>;
  removeIntegration(appKey: string, userId: string, type: IntegrationType): Promise<void>;
}

const refused = (field: string, rule: string, sent: string): BridgeError =>
  callerError("bad_parameter", `${field}: ${rule}, got ${JSON.stringify(sent)}`);

export const unknownBot = (userId: string): BridgeError => refused("userId", "no bot has this id", userId);

export const unknownIntegration = (type: IntegrationType): BridgeError =>
  refused("type", "this bot has no integration of this type", type);

/** `fieldOf` returns the path prefix of an integration in the request, such as `integrations[0].`. */
export const refusalError = (
  refusal: BotRefusal,
  userId: string,
  fieldOf: (type: IntegrationType) => string,
): BridgeError => {
  switch (refusal.status) {
    case "unknown_bot":
      return unknownBot(userId);
    case "wrong_key":
      // The value is omitted: it may be a real key.
      return callerError(
        "bad_parameter",
        `${fieldOf(refusal.type)}auth.apiKey: the masked key does not match the stored key; send the full key`,
      );
    case "new_origin":
      return callerError(
        "bad_parameter",
        `${fieldOf(refusal.type)}auth.apiKey: must be given again when callbackUrl changes to another origin, from ${JSON.stringify(refusal.from)} to ${JSON.stringify(refusal.to)}`,
      );
    case "missing_options":
      return callerError(
        "bad_parameter",
        `${fieldOf(refusal.type)}options: required for ${refusal.type}, got nothing`,
      );
  }
};

export const makeManageBots = ({ bots, clock, maxBots }: ManageBotsPorts): ManageBots => ({
  create: async (appKey, draft) => {
    const now = clock.now();
    const created = await bots.create(appKey, { ...draft, createdAt: now, updatedAt: now }, maxBots);
    if (created === "exists") throw refused("userId", "a bot with this id already exists", draft.userId);
    if (created === "limit_reached") {
      throw callerError("bad_parameter", `bot limit reached: ${maxBots} per app (setting botsPerApp)`);
    }
  },
  update: async (appKey, userId, changes) => {
    const updated = await bots.update(appKey, userId, changes, clock.now());
    if (updated.status === "updated") return;
    const indexOf = (type: IntegrationType) => changes.integrations?.findIndex((sent) => sent.type === type);
    throw refusalError(updated, userId, (type) => `integrations[${indexOf(type)}].`);
  },
  delete: async (appKey, userId) => {
    if (!(await bots.delete(appKey, userId))) throw unknownBot(userId);
  },
  get: async (appKey, userIds) => {
    const found = new Map((await bots.find(appKey, userIds)).map((bot) => [bot.userId, bot]));
    return [...new Set(userIds)].flatMap((userId) => found.get(userId) ?? []);
  },
  addIntegration: async (appKey, userId, integration) => {
    const added = await bots.addIntegration(appKey, userId, integration, clock.now());
    if (added === "unknown_bot") throw unknownBot(userId);
    if (added === "exists") {
      throw refused("type", "this bot already has an integration of this type", integration.type);
    }
  },
  updateIntegration: async (appKey, userId, type, changes) => {
    const updated = await bots.updateIntegration(appKey, userId, type, changes, clock.now());
    if (updated.status === "updated") return;
    if (updated.status === "unknown_integration") throw unknownIntegration(type);
    throw refusalError(updated, userId, () => "");
  },
  removeIntegration: async (appKey, userId, type) => {
    const removed = await bots.removeIntegration(appKey, userId, type, clock.now());
    if (removed === "unknown_bot") throw unknownBot(userId);
    if (removed === "unknown_integration") throw unknownIntegration(type);
  },
});
