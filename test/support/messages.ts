import type { IncomingMessage } from "#core/intake/incoming-message.ts";

/** The content of a text message with this `mentionedInfo`. */
export const mentioning = (mentionedInfo: unknown): string =>
  JSON.stringify({ content: "hello", mentionedInfo });

export const mentioningUsers = (...userIdList: unknown[]): string => mentioning({ type: 2, userIdList });

export const mentioningEveryone = mentioning({ type: 1, userIdList: [] });

export const privateMessage = (given: Partial<IncomingMessage> = {}): IncomingMessage => ({
  channelType: "PERSON",
  fromUserId: "u7",
  toUserId: "bot-helpdesk",
  objectName: "RC:TxtMsg",
  content: JSON.stringify({ content: "hello" }),
  msgTimestamp: 1_767_225_600_101,
  msgUID: "C3JH-8VQ4-0000-0001",
  directedTo: [],
  mentions: true,
  ...given,
});

export const groupMessage = (given: Partial<IncomingMessage> = {}): IncomingMessage =>
  privateMessage({
    channelType: "GROUP",
    toUserId: "g1",
    content: mentioningUsers("bot-helpdesk"),
    ...given,
  });
