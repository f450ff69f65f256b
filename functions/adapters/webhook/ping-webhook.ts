import { pingType } from "#core/bot/event-type.ts";
import type { IntegrationCheck } from "#core/bot/integration-report.ts";
import type { CallWebhook, WebhookCall, WebhookOutcome } from "#core/jobs/call-webhook.ts";
import type { PingWebhook } from "#core/jobs/test-integration.ts";
import type { Clock } from "#core/shared/clock.ts";

export interface PingWebhookPorts {
  readonly callWebhook: CallWebhook;
  readonly clock: Clock;
  /** Returns a random id. */
  readonly newId: () => string;
}

/** A message of nobody, with no content: its type says what it is, and its fields are those of other events. */
const pingOf = (botUserId: string, id: string, now: number): WebhookCall["event"] => ({
  type: pingType,
  timestamp: now,
  data: {
    fromUserId: botUserId,
    toUserId: botUserId,
    objectName: "Bridge:Ping",
    content: "{}",
    channelType: "PERSON",
    msgTimestamp: now,
    msgUID: id,
  },
});

const answered = /^HTTP (?<status>\d{3})$/;

/** The reasons of calls without a response (./outcomes.ts). */
const silences: Readonly<Record<string, string>> = {
  timeout: "The server did not answer within 5 seconds. Answer first, and do the work after that.",
  unreachable: "No connection: check the host name, the port, and the server's certificate.",
  "address not public": "The address is not public. The bridge calls public addresses only.",
};

const hints: Readonly<Record<string, string>> = {
  "401": " It may not accept the signature: check that it knows the App Secret of this app.",
  "403": " It may not accept the signature: check that it knows the App Secret of this app.",
  "404": " Check the path of the callbackUrl.",
  "405": " The path must accept POST.",
};

const checksOf = (outcome: WebhookOutcome, tookMs: number): IntegrationCheck[] => {
  const accepted: IntegrationCheck = {
    name: "accepted",
    ok: true,
    detail: `The server accepted the signed test event (2xx) after ${tookMs} ms. An event with this reply counts as delivered; what its body says does not matter.`,
  };
  const reachable: IntegrationCheck = { name: "reachable", ok: true, detail: "The server answers." };
  if (outcome.status === "accepted") return [reachable, accepted];
  const { reason } = outcome;
  const status = answered.exec(reason)?.groups?.status;
  if (status === undefined) {
    const detail = silences[reason] ?? "The test event could not be sent.";
    return [{ name: "reachable", ok: false, detail }];
  }
  const consequence =
    outcome.status === "refused"
      ? "An event with this reply is not sent again: it goes to the dead letters."
      : "An event with this reply is sent again for 15 minutes, and then goes to the dead letters.";
  const detail = `${status} after ${tookMs} ms: the server did not accept the signed test event.${hints[status] ?? ""} ${consequence}`;
  return [reachable, { name: "accepted", ok: false, detail }];
};

/** Sends a test event, signed like others, and says how the reply to an event of a bot would be understood. */
export const makePingWebhook =
  ({ callWebhook, clock, newId }: PingWebhookPorts): PingWebhook =>
  async (appKey, { bot, integration }) => {
    const id = newId();
    const sentAt = clock.now();
    const event = pingOf(bot.userId, id, sentAt);
    const outcome = await callWebhook({ appKey, bot, integration, event, id: `ping_${id}` });
    return { checks: checksOf(outcome, clock.now() - sentAt) };
  };
