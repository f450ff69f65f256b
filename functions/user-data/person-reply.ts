import * as v from "valibot";
import { toTurnReply, turnStory } from "#adapters/api-gateway/turn-reply.ts";
import { modelTypes } from "#core/bot/integration-types.ts";
import { channelTypes } from "#core/message/message-event.ts";
import type { ErasedPerson } from "#core/person/erase-person.ts";
import type { ExportedItem } from "#core/person/export-person.ts";
import type { BotModel } from "#core/person/person-models.ts";
import type { PseudonymOf } from "#core/shared/pseudonym.ts";

const time = v.pipe(v.number(), v.integer(), v.description("Milliseconds since the epoch."));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** An integration of a bot. */
const botModel = { bot: v.string(), integration: v.picklist(modelTypes) };

/** The kinds of items of an export. */
export const exportedItems = {
  profile: v.object({
    kind: v.literal("profile"),
    name: v.string(),
    portraitUri: v.string(),
    createdAt: time,
  }),
  conversation: v.object({
    kind: v.literal("conversation"),
    ...botModel,
    channelType: v.picklist(channelTypes),
    targetId: v.string(),
    conversation: v.optional(v.string()),
    startedAt: time,
    expiresAt: time,
    turns: count,
  }),
  turn: v.object({ kind: v.literal("turn"), ...turnStory.entries }),
  message: v.object({
    kind: v.literal("message"),
    ...botModel,
    conversationId: v.string(),
    messageId: v.string(),
    question: v.string(),
    answer: v.string(),
    askedAt: v.optional(time),
  }),
  failed: v.object({ kind: v.literal("failed"), ...botModel, code: v.string() }),
  not_listed: v.object({ kind: v.literal("not_listed"), ...botModel }),
};

export const exportReply = v.object({
  items: v.array(v.variant("kind", Object.values(exportedItems))),
  next: v.optional(v.string()),
});

export const eraseReply = v.object({
  isComplete: v.boolean(),
  erased: v.object({ turns: count, conversations: count, modelConversations: count }),
  continueUntil: v.optional(
    v.pipe(
      v.number(),
      v.integer(),
      v.description("If the time was over: the `until` of the call that goes on."),
    ),
  ),
  inProgress: count,
  failed: v.array(v.object({ ...botModel, code: v.string() })),
  notErasable: v.array(v.object(botModel)),
});

export type ExportReply = v.InferOutput<typeof exportReply>;
export type EraseReply = v.InferOutput<typeof eraseReply>;

const toBotModel = ({ bot, type }: BotModel) => ({ bot, integration: type });

export const toItemReply = (item: ExportedItem, pseudonymOf: PseudonymOf): ExportReply["items"][number] => {
  switch (item.kind) {
    case "profile":
      return { kind: item.kind, ...item.profile };
    case "conversation": {
      const { botUserId: bot, integrationType: integration, channelType, targetId, name } = item.key;
      return {
        kind: item.kind,
        bot,
        integration,
        channelType,
        targetId,
        conversation: name,
        ...item.conversation,
      };
    }
    case "turn":
      return { kind: item.kind, ...toTurnReply(item.story, pseudonymOf) };
    case "message": {
      const { id: messageId, ...message } = item.message;
      return {
        kind: item.kind,
        ...toBotModel(item.model),
        conversationId: item.conversationId,
        messageId,
        ...message,
      };
    }
    case "failed":
      return { kind: item.kind, ...toBotModel(item.model), code: item.model.code };
    case "not_listed":
      return { kind: item.kind, ...toBotModel(item.model) };
  }
};

export const toEraseReply = ({ failed, notErasable, ...rest }: ErasedPerson): EraseReply => ({
  ...rest,
  failed: failed.map(({ code, ...model }) => ({ ...toBotModel(model), code })),
  notErasable: notErasable.map(toBotModel),
});
