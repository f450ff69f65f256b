import * as v from "valibot";
import { botId } from "#adapters/bot-requests/bot-fields.ts";
import { type ChannelType, channelTypes } from "#core/message/message-event.ts";
import { exactObject, idRule, issueAt, oneOf, timeRule } from "#core/shared/rules.ts";

const chatEntries = {
  userId: botId,
  channelType: v.optional(oneOf(channelTypes), "PERSON"),
  targetId: idRule,
  fromUserId: v.optional(idRule),
};

interface SentChat {
  readonly channelType: ChannelType;
  readonly fromUserId?: string | undefined;
}

const ofGroup = <T extends SentChat & Record<string, unknown>>() =>
  v.rawCheck<T>(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { channelType, fromUserId } = dataset.value;
    if (channelType === "PERSON" && fromUserId !== undefined)
      addIssue(issueAt(dataset.value, ["fromUserId"], "is only for GROUP; targetId is the user"));
  });

const requestOf = <E extends v.ObjectEntries>(entries: E) =>
  exactObject({ ...chatEntries, ...entries }, "this call");

export const botChatReply = v.object({ pausedUntil: v.nullable(v.pipe(v.number(), v.integer())) });
export type BotChatReply = v.InferOutput<typeof botChatReply>;

/** A request about a bot's chat with a user, or in a group. */
export const botChatSchema = v.pipe(requestOf({}), ofGroup());
export type BotChatRequest = v.InferOutput<typeof botChatSchema>;

export const pauseSchema = v.pipe(requestOf({ until: timeRule }), ofGroup());
