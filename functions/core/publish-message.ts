import type { BotStore } from "./bot.ts";
import type { Clock } from "./clock.ts";
import { isDify } from "./integration.ts";
import type { Log } from "./log.ts";
import { matchIntegrations } from "./matching.ts";
import type { MessageEvent } from "./message-event.ts";
import type { TurnJob, TurnQueue } from "./turn.ts";

export interface PrivateMessage {
  readonly fromUserId: string;
  readonly toUserIds: readonly string[];
  readonly objectName: string;
  /** A string holding JSON. */
  readonly content: string;
}

export interface MessageReceipt {
  readonly userId: string;
  readonly messageUID: string;
}

export interface PublishMessagePorts {
  readonly bots: BotStore;
  readonly turns: TurnQueue;
  readonly newMessageUID: () => string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Takes a message from a user, and queues a turn for each integration that it triggers. */
export const makePublishMessage =
  ({ bots, turns, newMessageUID, clock, log }: PublishMessagePorts) =>
  async (appKey: string, message: PrivateMessage): Promise<MessageReceipt[]> => {
    const acceptedAt = clock.now();
    const receipts = [...new Set(message.toUserIds)].map((userId) => ({
      userId,
      messageUID: newMessageUID(),
    }));
    const found = await bots.find(appKey, [message.fromUserId, ...receipts.map(({ userId }) => userId)]);
    const botsById = new Map(found.map((bot) => [bot.userId, bot]));
    // A bot's own message fires nothing: two bots would talk for ever.
    if (botsById.has(message.fromUserId)) return receipts;

    const jobsFor = ({ userId, messageUID }: MessageReceipt): TurnJob[] => {
      const bot = botsById.get(userId);
      if (!bot) return [];
      const event: MessageEvent = {
        type: "message:private",
        timestamp: acceptedAt,
        data: {
          fromUserId: message.fromUserId,
          toUserId: userId,
          objectName: message.objectName,
          content: message.content,
          channelType: "PERSON",
          msgTimestamp: acceptedAt,
          msgUID: messageUID,
        },
      };
      return matchIntegrations(bot, event)
        .filter(isDify)
        .map(({ type }) => ({ appKey, botUserId: userId, integrationType: type, event, acceptedAt }));
    };

    const jobs = receipts.flatMap(jobsFor);
    if (jobs.length > 0) await turns.send(jobs);
    log.info("message_accepted", { app: appKey, targets: receipts.length, turns: jobs.length });
    return receipts;
  };
