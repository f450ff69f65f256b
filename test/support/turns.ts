import type { BotWithKeys } from "#core/bot/bot.ts";
import type { ModelIntegrationWithKey, WebhookIntegration } from "#core/bot/integration.ts";
import type { DifyType } from "#core/bot/integration-types.ts";
import { maskKey } from "#core/bot/key-mask.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import type { Turn } from "#core/turn/turn.ts";

type DifyIntegration = ModelIntegrationWithKey<DifyType>;
type OpenAiIntegration = ModelIntegrationWithKey<"openai">;

export const difyIntegration = (given: Partial<DifyIntegration> = {}): DifyIntegration => ({
  type: "dify_chatflow",
  enabled: true,
  callbackUrl: "https://api.dify.ai/v1",
  objectNames: [],
  events: [],
  stream: true,
  handleResponse: true,
  options: {},
  apiKey: "app-secret-key",
  maskedApiKey: maskKey(given.apiKey ?? "app-secret-key"),
  ...given,
});

export const openAiIntegration = (given: Partial<OpenAiIntegration> = {}): OpenAiIntegration => ({
  ...difyIntegration(),
  type: "openai",
  callbackUrl: "https://api.openai.com/v1",
  options: { model: "gpt-5" },
  apiKey: "sk-secret-key",
  maskedApiKey: maskKey(given.apiKey ?? "sk-secret-key"),
  ...given,
});

export const webhookIntegration = (given: Partial<WebhookIntegration> = {}): WebhookIntegration => ({
  type: "webhook",
  enabled: true,
  callbackUrl: "https://yourserver.com/callback",
  objectNames: [],
  events: [],
  stream: true,
  handleResponse: true,
  options: {},
  ...given,
});

export const bot = (given: Partial<BotWithKeys> = {}): BotWithKeys => ({
  userId: "bot-helpdesk",
  name: "Helpdesk",
  type: "faq",
  profileUrl: "https://example.com/bot.png",
  metadata: { tone: "formal" },
  integrations: [difyIntegration()],
  createdAt: 1_767_225_600_000,
  updatedAt: 1_767_225_600_000,
  ...given,
});

export const messageEvent = (
  data: Partial<MessageEvent["data"]> = {},
  given: Partial<Omit<MessageEvent, "data">> = {},
): MessageEvent => ({
  type: "message:private",
  timestamp: 1_767_225_600_123,
  ...given,
  data: {
    fromUserId: "u7",
    toUserId: "bot-helpdesk",
    objectName: "RC:TxtMsg",
    content: JSON.stringify({ content: "hello" }),
    channelType: "PERSON",
    msgTimestamp: 1_767_225_600_101,
    msgUID: "C3JH-8VQ4-0000-0001",
    ...data,
  },
});

export const turn = (given: Partial<Turn> = {}): Turn => ({
  id: "turn-one",
  appKey: "app-one",
  bot: bot(),
  integration: difyIntegration(),
  event: messageEvent(),
  acceptedAt: 1_767_225_600_123,
  ...given,
});
