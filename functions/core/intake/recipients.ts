import { parseContent } from "#core/message/message-content.ts";
import type { IncomingMessage } from "./incoming-message.ts";

/** The users and bots that a message addresses. */
export interface Recipients {
  readonly userIds: readonly string[];
  /** Whether it mentions everyone in its group. */
  readonly everyone: boolean;
}

const noRecipients: Recipients = { userIds: [], everyone: false };

/** Maximum length of a user id (docs/spec/rongcloud.md, section 4): message content may claim anything as an id. */
const maxUserIdLength = 64;

const isUserId = (value: unknown): value is string =>
  typeof value === "string" && value !== "" && value.length <= maxUserIdLength && value.isWellFormed();

/**
 * `"mentionedInfo":{"type":2,"userIdList":[…]}`; type 1 is everyone (docs/spec/rongcloud.md, section 5). RongCloud's PHP SDK
 * documents the type as a string.
 */
const mentionedIn = (content: string): Recipients => {
  const info = parseContent(content)?.mentionedInfo;
  if (typeof info !== "object" || info === null || !("type" in info)) return noRecipients;
  const { type } = info;
  if (type === 1 || type === "1") return { userIds: [], everyone: true };
  const namesUsers = type === 2 || type === "2";
  if (!namesUsers || !("userIdList" in info) || !Array.isArray(info.userIdList)) return noRecipients;
  return { userIds: info.userIdList.filter(isUserId), everyone: false };
};

export const mentionsEveryone = (content: string): boolean => mentionedIn(content).everyone;

/** In groups a message addresses the bots that it mentions, and only those that receive it. */
export const recipientsOf = (message: IncomingMessage): Recipients => {
  const { directedTo } = message;
  if (message.channelType === "PERSON") return { userIds: [message.toUserId], everyone: false };
  const mentioned = message.mentions ? mentionedIn(message.content) : noRecipients;
  if (directedTo.length === 0) return mentioned;
  const { userIds, everyone } = mentioned;
  const receivers = new Set(directedTo);
  return { userIds: everyone ? directedTo : userIds.filter((userId) => receivers.has(userId)), everyone };
};
