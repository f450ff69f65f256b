import { type Model, type Models, modelFor } from "#core/answer/model.ts";
import type { BotWithKeys } from "#core/bot/bot.ts";
import { canAnswer, type ModelIntegrationWithKey } from "#core/bot/integration.ts";
import type { ChatTurn } from "./chat-turn.ts";
import type { MessageTurn } from "./message-turn.ts";

/** A turn as its model knows it. */
export interface ModelTurn {
  readonly model: Model;
  readonly integration: ModelIntegrationWithKey;
  readonly reference: string;
}

/** A message of a user that its model's server keeps. Undefined if there is no such integration, or it names no messages. */
export const modelTurnOfMessage = (
  models: Models,
  bot: BotWithKeys | undefined,
  userId: string,
  { integrationType, messageId }: MessageTurn,
): ModelTurn | undefined => {
  const integration = bot?.integrations.filter(canAnswer).find(({ type }) => type === integrationType);
  const model = integration && modelFor(models, integration);
  const reference = model?.referenceTo?.(userId, messageId);
  return model && reference !== undefined ? { model, integration, reference } : undefined;
};

/** Undefined if the model's reference is not known, or the integration was removed. */
export const modelTurnOf = (
  models: Models,
  bot: BotWithKeys | undefined,
  { integrationType, reference }: Pick<ChatTurn, "integrationType" | "reference">,
): ModelTurn | undefined => {
  const integration = bot?.integrations.filter(canAnswer).find(({ type }) => type === integrationType);
  if (!integration || reference === undefined) return undefined;
  return { model: modelFor(models, integration), integration, reference };
};
