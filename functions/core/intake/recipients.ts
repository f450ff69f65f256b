import { parseContent } from "#core/message/message-content.ts";
import type { IncomingMessage } from "./incoming-message.ts";

/** Whom a message speaks to. */
export interface Recipients {
  readonly userIds: readonly string[];
  /** Whether it mentions everyone in its group. */
  readonly everyone: boolean;
}

const nobody: Recipients = { userIds: [], everyone: false };

/** What content names as an id may be anything; an id is no longer than this (docs/spec/rongcloud.md, section 4). */
const maxUserIdLength = 64;

const isUserId = (value: unknown): value is string =>
  typeof value === "string" && value !== "" && value.length <= maxUserIdLength && value.isWellFormed();

/** `"mentionedInfo":{"type":2,"userIdList":[…]}`; type 1 is everyone (docs/spec/rongcloud.md, section 5). */
const mentionedIn = (content: string): Recipients => {
  const info = parseContent(content)?.mentionedInfo;
  if (typeof info !== "object" || info === null || !("type" in info)) return nobody;
  if (info.type === 1) return { userIds: [], everyone: true };
  if (info.type !== 2 || !("userIdList" in info) || !Array.isArray(info.userIdList)) return nobody;
  return { userIds: info.userIdList.filter(isUserId), everyone: false };
};

export const mentionsEveryone = (content: string): boolean => mentionedIn(content).everyone;

/** In a group a bot is spoken to by a mention, and only where it gets the message at all. */
export const recipientsOf = (message: IncomingMessage): Recipients => {
  const { directedTo } = message;
  if (message.channelType === "PERSON") return { userIds: [message.toUserId], everyone: false };
  const mentioned = message.mentions ? mentionedIn(message.content) : nobody;
  if (directedTo.length === 0) return mentioned;
  const { userIds, everyone } = mentioned;
  const reached = new Set(directedTo);
  return { userIds: everyone ? directedTo : userIds.filter((userId) => reached.has(userId)), everyone };
};
