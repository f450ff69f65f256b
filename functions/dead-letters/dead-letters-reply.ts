import * as v from "valibot";
import { turnNameOf } from "#adapters/dynamodb/turn-name.ts";
import { eventTypes } from "#core/bot/event-type.ts";
import { integrationTypes } from "#core/bot/integration-types.ts";
import {
  type AppDeadLetter,
  deadLetterQueues,
  type ListedDeadLetters,
  type RedrivenLetters,
  redrivenStatuses,
} from "#core/jobs/app-dead-letters.ts";
import { shownReason } from "#core/jobs/dead-letter-reason.ts";
import { jobIdOf, jobKeyOf } from "#core/jobs/job.ts";
import { channelTypes } from "#core/message/message-event.ts";
import type { PseudonymOf } from "#core/shared/pseudonym.ts";

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

type DeadLetterReply = v.InferOutput<typeof deadLetter>;
type DeadLettersReply = v.InferOutput<typeof deadLettersReply>;
type RedrivenReply = v.InferOutput<typeof redrivenReply>;

/** Without what the user said. */
const toDeadLetterReply = (
  { id, queue, job, cause, addedAt }: AppDeadLetter,
  pseudonymOf: PseudonymOf,
): DeadLetterReply => {
  const { appKey, botUserId, integrationType, event, acceptedAt, redrivenAt } = job;
  const { fromUserId, toUserId, channelType, msgUID } = event.data;
  return {
    id,
    queue,
    turn: turnNameOf(jobKeyOf(jobIdOf(job))),
    msgUID,
    event: event.type,
    userId: botUserId,
    integration: integrationType,
    fromUserId,
    user: pseudonymOf(appKey, fromUserId),
    channelType,
    targetId: channelType === "GROUP" ? toUserId : fromUserId,
    reason: shownReason(cause),
    tries: cause?.tries ?? null,
    acceptedAt,
    givenUpAt: addedAt,
    redrivenAt,
  };
};

export const toDeadLettersReply = (
  { letters, isComplete }: ListedDeadLetters,
  pseudonymOf: PseudonymOf,
): DeadLettersReply => ({
  deadLetters: letters.map((letter) => toDeadLetterReply(letter, pseudonymOf)),
  isComplete,
});

export const toRedrivenReply = ({ results, isComplete }: RedrivenLetters): RedrivenReply => ({
  results: [...results],
  isComplete,
});
