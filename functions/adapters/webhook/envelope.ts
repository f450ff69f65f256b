import type { WebhookCall } from "#core/jobs/call-webhook.ts";

/**
 * The request body, as JSON (docs/spec/rongcloud.md, section 6). Fields are listed explicitly, so that fields added to bots or
 * events later are not sent.
 */
export const envelopeOf = ({ bot, event }: Pick<WebhookCall, "bot" | "event">): string => {
  const { userId, name, profileUrl, type, metadata } = bot;
  const { fromUserId, toUserId, objectName, content, channelType, msgTimestamp, msgUID, source } = event.data;
  return JSON.stringify({
    type: event.type,
    timestamp: event.timestamp,
    bot: { userId, name, profileUrl, type, metadata },
    data: { fromUserId, toUserId, objectName, content, channelType, msgTimestamp, msgUID, source },
  });
};
