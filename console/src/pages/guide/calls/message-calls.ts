import { type Call, type SentFields, signedForm } from "../command/call.ts";
import type { Values } from "../values.ts";

interface PrivateText {
  readonly fromUserId: string;
  readonly toUserId: string;
  readonly text: string;
}

const privateText = ({ text, ...ids }: PrivateText, sent: SentFields): Call =>
  signedForm(
    "/message/private/publish.json",
    { ...ids, objectName: "RC:TxtMsg", content: JSON.stringify({ content: text }) },
    sent,
  );

export const sendQuestion = ({ userId, botId, question }: Values): Call =>
  privateText(
    { fromUserId: userId, toUserId: botId, text: question },
    { fromUserId: "userId", "toUserId[0]": "botId", content: "question" },
  );

export const tryFilter = ({ userId, botId, filteredText }: Values): Call =>
  privateText(
    { fromUserId: userId, toUserId: botId, text: filteredText },
    { fromUserId: "userId", "toUserId[0]": "botId", content: "filteredText" },
  );

export const replyAsBot = ({ userId, botId, reply }: Values): Call =>
  privateText(
    { fromUserId: botId, toUserId: userId, text: reply },
    { fromUserId: "botId", "toUserId[0]": "userId", content: "reply" },
  );

/** A bot gets what mentions it in the content, if `isMentioned` is 1 too. */
export const mentionBot = ({ userId, groupId, botId, botName, mention }: Values): Call =>
  signedForm(
    "/message/group/publish.json",
    {
      fromUserId: userId,
      toGroupId: groupId,
      isMentioned: "1",
      objectName: "RC:TxtMsg",
      content: JSON.stringify({
        content: `@${botName} ${mention}`,
        mentionedInfo: { type: 2, userIdList: [botId] },
      }),
    },
    { fromUserId: "userId", "toGroupId[0]": "groupId", content: "mention" },
  );
