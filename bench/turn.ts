import { randomUUID } from "node:crypto";
import type { Turn } from "#core/turn/turn.ts";

export const benchAppKey = "app-bench";

/** A user's question to a bot whose model is a Dify. */
export const turnOf = (callbackUrl: string, fromUserId: string, text: string) => {
  const integration = {
    type: "dify_chatflow",
    callbackUrl,
    apiKey: "app-bench",
    maskedApiKey: "app-****",
    enabled: true,
    objectNames: [],
    events: [],
    stream: true,
    handleResponse: true,
    options: {},
  } as const;
  const bot = {
    userId: "bot-bench",
    name: "Bench",
    type: "faq",
    profileUrl: "https://example.com/bot.png",
    metadata: { tone: "formal" },
    integrations: [integration],
    createdAt: 0,
    updatedAt: 0,
  };
  const data = {
    fromUserId,
    toUserId: bot.userId,
    objectName: "RC:TxtMsg",
    content: JSON.stringify({ content: text }),
    channelType: "PERSON",
    msgTimestamp: 0,
    msgUID: randomUUID(),
  } as const;
  const event = { type: "message:private", timestamp: 0, data } as const;
  return { id: data.msgUID, appKey: benchAppKey, bot, integration, event, acceptedAt: 0 } satisfies Turn;
};
