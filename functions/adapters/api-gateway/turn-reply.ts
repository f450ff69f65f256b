import * as v from "valibot";
import { integrationTypes } from "#core/bot/integration-types.ts";
import { channelTypes } from "#core/message/message-event.ts";
import type { PseudonymOf } from "#core/shared/pseudonym.ts";
import { shownReason } from "#core/shared/shown-reason.ts";
import type { StoryWithText } from "#core/turn/story-store.ts";
import { turnChannels } from "#core/turn/turn-report.ts";
import { outcomeOf, type StoryEnding, storyOutcomes } from "#core/turn/turn-story.ts";

const time = v.optional(v.pipe(v.number(), v.integer()));
const count = v.optional(v.pipe(v.number(), v.integer()));
const text = v.optional(v.string());

export const turnStory = v.object({
  turn: v.string(),
  msgUID: v.string(),
  channel: v.picklist(turnChannels),
  userId: v.string(),
  integration: v.optional(v.picklist(integrationTypes)),
  fromUserId: v.string(),
  user: v.string(),
  channelType: v.picklist(channelTypes),
  targetId: v.string(),
  conversation: text,
  requestId: text,
  traceId: text,
  outcome: v.picklist(storyOutcomes),
  code: text,
  detail: text,
  acceptedAt: v.pipe(v.number(), v.integer()),
  askedAt: time,
  firstTextAt: time,
  firstSentAt: time,
  lastTextAt: time,
  deliveredAt: time,
  endedAt: time,
  tries: count,
  tookOver: v.optional(v.boolean()),
  modelCalls: count,
  chunks: count,
  refusals: count,
  rateLimited: count,
  taskId: text,
  messageId: text,
  conversationId: text,
  usage: v.optional(
    v.object({
      promptTokens: count,
      completionTokens: count,
      totalTokens: v.pipe(v.number(), v.integer()),
      totalPrice: text,
      currency: text,
    }),
  ),
  question: text,
  answer: text,
});

export type TurnReply = v.InferOutput<typeof turnStory>;

const continueUntil = time;

export const turnsReply = v.object({
  turns: v.array(turnStory),
  hasNext: v.boolean(),
  isComplete: v.boolean(),
  continueUntil,
});
export const foundTurnsReply = v.object({
  turns: v.array(turnStory),
  isComplete: v.boolean(),
  continueUntil,
});
export const usageReply = v.object({
  usage: v.array(
    v.object({
      group: v.string(),
      turns: v.pipe(v.number(), v.integer()),
      outcomes: v.record(v.string(), v.pipe(v.number(), v.integer())),
      promptTokens: v.pipe(v.number(), v.integer()),
      completionTokens: v.pipe(v.number(), v.integer()),
      totalTokens: v.pipe(v.number(), v.integer()),
      price: v.record(v.string(), v.string()),
    }),
  ),
  isComplete: v.boolean(),
  continueUntil,
});

const endOf = ({ ids, text: _, detail, ...ending }: StoryEnding) => ({
  ...ending,
  detail: detail === undefined ? undefined : shownReason(detail),
  taskId: ids?.task,
  messageId: ids?.message,
  conversationId: ids?.conversation,
});

export const toTurnReply = (story: StoryWithText, pseudonymOf: PseudonymOf): TurnReply => {
  const { appKey, bot, integration, ending, isCheck: _, text: texts, ...rest } = story;
  return {
    ...rest,
    userId: bot,
    user: pseudonymOf(appKey, story.fromUserId),
    ...(ending && endOf(ending)),
    integration: ending?.integration ?? integration,
    outcome: outcomeOf(story),
    ...texts,
  };
};
