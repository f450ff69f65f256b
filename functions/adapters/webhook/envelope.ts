import type { WebhookCall } from "#core/jobs/call-webhook.ts";

/**
 * What the app receives, as JSON (docs/spec/rongcloud.md, section 6). Each field is named, so that nothing which a bot
 * or an event comes to hold besides leaves by this door.
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
