import { randomUUID } from "node:crypto";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { makeModels } from "#adapters/models/make-models.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { makeRongCloudClient } from "#adapters/rongcloud/rongcloud-client.ts";
import { makeRongCloudMessages } from "#adapters/rongcloud/rongcloud-messages.ts";
import { replyRouteOf } from "#core/im/im-messages.ts";
import { makeStreamDelivery } from "#core/im/stream-delivery.ts";
import { makeTypingIndicator } from "#core/im/typing-indicator.ts";
import { makeForwardTurn } from "#core/turn/forward-turn.ts";
import type { Turn } from "#core/turn/turn.ts";
import type { Addresses, AnswerScript } from "./peers/script.ts";

/** Runs one turn of a user, from the question to the last chunk. */
export type AnswerTurn = (user: string, script: AnswerScript) => Promise<void>;

const app = { appKey: "app-bench", secrets: ["secret-of-bench"] } as const;

const turnOf = (callbackUrl: string, fromUserId: string, script: AnswerScript): Turn => {
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
    content: JSON.stringify({ content: JSON.stringify(script) }),
    channelType: "PERSON",
    msgTimestamp: 0,
    msgUID: randomUUID(),
  } as const;
  const event = { type: "message:private", timestamp: 0, data } as const;
  return { id: data.msgUID, appKey: app.appKey, bot, integration, event };
};

/** The turn worker's parts from the turn on, with stores that neither read nor write. */
export const makePipeline = ({ difyUrl, imUrl }: Addresses, minIntervalMs: number): AnswerTurn => {
  const im = makeRongCloudMessages(
    makeRongCloudClient({
      sendHttp: makeHttpClient({ publicOnly: false, clock }),
      apps: { find: async () => app, lastKnown: () => app },
      clock,
      apiUrls: [imUrl],
    }),
  );
  const forwardTurn = makeForwardTurn({
    conversations: {
      open: async () => ({ status: "open", conversation: undefined }),
      renew: async () => true,
      begin: async () => true,
      remember: async () => true,
      close: async () => {},
      find: async () => undefined,
      forget: async () => {},
    },
    models: makeModels({ clock, allowPrivate: true }),
    clock,
    log: { info: () => {}, warn: console.error, error: console.error },
    newToken: randomUUID,
  });
  const streamTo = makeStreamDelivery({ im, clock, minIntervalMs, maxRetryMs: 45_000 });
  const withTypingIndicator = makeTypingIndicator({ im, clock });
  const lease = { isHeld: () => true, onOpen: () => {}, deliverBy: Number.POSITIVE_INFINITY };

  return async (user, script) => {
    const turn = turnOf(difyUrl, user, script);
    const route = replyRouteOf(turn);
    const receiver = withTypingIndicator(streamTo(route, lease), route, { ...lease, until: "first text" });
    const deadline = Date.now() + 600_000;
    const report = await forwardTurn(turn, receiver, { deadline, signal: new AbortController().signal });
    if (
      report.status === "busy" ||
      report.delivery.status !== "delivered" ||
      report.outcome.status !== "answered"
    )
      throw new Error(`the turn failed: ${JSON.stringify(report)}`);
  };
};
