import * as v from "valibot";
import { eventTypes } from "#core/bot/event-type.ts";
import { integrationTypes } from "#core/bot/integration-types.ts";
import { deadLetterQueues, redrivenStatuses } from "#core/jobs/app-dead-letters.ts";
import { channelTypes } from "#core/message/message-event.ts";

const time = v.pipe(v.number(), v.integer());

export const deadLetter = v.object({
  id: v.string(),
  queue: v.picklist(deadLetterQueues),
  turn: v.string(),
  msgUID: v.string(),
  event: v.picklist(eventTypes),
  userId: v.string(),
  integration: v.picklist(integrationTypes),
  fromUserId: v.string(),
  user: v.string(),
  channelType: v.picklist(channelTypes),
  targetId: v.string(),
  reason: v.string(),
  tries: v.nullable(v.pipe(v.number(), v.integer())),
  acceptedAt: time,
  givenUpAt: time,
  redrivenAt: v.optional(time),
});

export const deadLettersReply = v.object({ deadLetters: v.array(deadLetter), isComplete: v.boolean() });

export const redrivenReply = v.object({
  results: v.array(
    v.object({ id: v.string(), status: v.picklist(redrivenStatuses), outcome: v.exactOptional(v.string()) }),
  ),
  isComplete: v.boolean(),
});

export type DeadLetterReply = v.InferOutput<typeof deadLetter>;
export type DeadLettersReply = v.InferOutput<typeof deadLettersReply>;
export type RedrivenReply = v.InferOutput<typeof redrivenReply>;
