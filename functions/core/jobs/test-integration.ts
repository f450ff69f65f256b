import { checkByAsking } from "#core/answer/check-by-asking.ts";
import { type BotProfile, type Models, modelFor } from "#core/answer/model.ts";
import type { BotStore } from "#core/bot/bot.ts";
import {
  canAnswer,
  type IntegrationInput,
  type IntegrationWithKey,
  type WebhookIntegration,
} from "#core/bot/integration.ts";
import type { IntegrationReport } from "#core/bot/integration-report.ts";
import type { IntegrationType } from "#core/bot/integration-types.ts";
import { refusalError, unknownBot, unknownIntegration } from "#core/bot/manage-bots.ts";
import type { Clock } from "#core/shared/clock.ts";
import { startTimeLimit } from "#core/shared/time-limit.ts";

/** Sends a test event to an app's server. Never rejects. */
export type PingWebhook = (
  appKey: string,
  test: { readonly bot: BotProfile; readonly integration: WebhookIntegration },
) => Promise<IntegrationReport>;

export interface TestIntegrationPorts {
  readonly bots: Pick<BotStore, "findWithKeys" | "preview">;
  readonly models: Models;
  readonly pingWebhook: PingWebhook;
  readonly clock: Clock;
}

/** Which integration to test. A draft is not stored; `metadata` replaces that of the bot. */
export type TestedIntegration =
  | { readonly userId: string; readonly type: IntegrationType }
  | {
      readonly userId: string;
      readonly draft: IntegrationInput;
      readonly metadata: BotProfile["metadata"] | undefined;
    }
  | {
      readonly userId?: undefined;
      readonly draft: IntegrationWithKey;
      readonly metadata: BotProfile["metadata"] | undefined;
    };

/** Rejects with a BridgeError `bad_parameter` if there is no such integration, or a draft cannot keep the stored key. */
export type TestIntegration = (appKey: string, tested: TestedIntegration) => Promise<IntegrationReport>;

/** For the whole test, in milliseconds. */
const testMs = 10_000;

/** The bot of a draft that belongs to none yet. */
const draftBot: BotProfile = {
  userId: "draft",
  name: "Draft",
  type: "draft",
  profileUrl: "https://example.com/draft.png",
  metadata: {},
};

interface Test {
  readonly bot: BotProfile;
  readonly integration: IntegrationWithKey;
}

/** Tests an integration by calling what it is configured to call. */
export const makeTestIntegration = ({
  bots,
  models,
  pingWebhook,
  clock,
}: TestIntegrationPorts): TestIntegration => {
  const findStored = async (appKey: string, userId: string, type: IntegrationType): Promise<Test> => {
    const bot = await bots.findWithKeys(appKey, userId);
    if (!bot) throw unknownBot(userId);
    const integration = bot.integrations.find((each) => each.type === type);
    if (!integration) throw unknownIntegration(type);
    return { bot, integration };
  };

  const completeDraft = async (appKey: string, userId: string, draft: IntegrationInput): Promise<Test> => {
    const previewed = await bots.preview(appKey, userId, draft);
    if (previewed.status !== "found") throw refusalError(previewed, userId, () => "integration.");
    return previewed;
  };

  const find = async (appKey: string, tested: TestedIntegration): Promise<Test> => {
    if ("type" in tested) return findStored(appKey, tested.userId, tested.type);
    const { metadata } = tested;
    const { bot, integration } =
      tested.userId === undefined
        ? { bot: draftBot, integration: tested.draft }
        : await completeDraft(appKey, tested.userId, tested.draft);
    return { bot: metadata ? { ...bot, metadata } : bot, integration };
  };

  return async (appKey, tested) => {
    const { bot, integration } = await find(appKey, tested);
    if (!canAnswer(integration)) return pingWebhook(appKey, { bot, integration });
    const limit = startTimeLimit(clock, testMs);
    const test = { integration, bot, deadline: clock.now() + testMs, signal: limit.signal };
    const model = modelFor(models, integration);
    try {
      if (model.check) return await model.check(test);
      return { checks: [await checkByAsking(model.ask, test, clock.now())] };
    } finally {
      limit.end();
    }
  };
};
