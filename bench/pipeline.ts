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
import { noConversations } from "./no-conversations.ts";
import type { Addresses, AnswerScript } from "./servers/script.ts";
import { benchAppKey, turnOf } from "./turn.ts";

/** Runs one turn of a user, from the question to the last chunk. */
export type AnswerTurn = (user: string, script: AnswerScript) => Promise<void>;

const app = { appKey: benchAppKey, secrets: ["secret-of-bench"] } as const;

/** The turn worker's parts from the turn on, with stores that neither read nor write. */
export const makePipeline = ({ difyUrl, imUrl }: Addresses, minIntervalMs: number): AnswerTurn => {
  const im = makeRongCloudMessages(
    makeRongCloudClient({
      sendHttp: makeHttpClient({ publicOnly: false, clock }),
      apps: { find: async () => app, findFresh: async () => app, lastKnown: () => app },
      clock,
      apiUrls: [imUrl],
    }),
  );
  const forwardTurn = makeForwardTurn({
    conversations: noConversations,
    models: makeModels({ clock, allowPrivate: true }),
    clock,
    log: { info: () => {}, warn: console.error, error: console.error },
    newToken: randomUUID,
  });
  const streamTo = makeStreamDelivery({ im, clock, intervalMs: () => minIntervalMs, maxRetryMs: 45_000 });
  const withTypingIndicator = makeTypingIndicator({ im, clock });
  const lease = { isHeld: () => true, onOpen: () => {}, deliverBy: Number.POSITIVE_INFINITY };

  return async (user, script) => {
    const turn = turnOf(difyUrl, user, JSON.stringify(script));
    const route = replyRouteOf(turn);
    const receiver = withTypingIndicator(streamTo(route, lease), route, { ...lease, until: "first text" });
    const deadline = Date.now() + 600_000;
    const report = await forwardTurn(turn, receiver, { deadline, signal: new AbortController().signal });
    if (
      report.status !== "ended" ||
      report.delivery.status !== "delivered" ||
      report.outcome.status !== "answered"
    )
      throw new Error(`the turn failed: ${JSON.stringify(report)}`);
  };
};
