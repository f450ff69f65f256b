import { turnNameOf } from "#adapters/dynamodb/turn-name.ts";
import type { AppDeadLetter, ListedDeadLetters, RedrivenLetters } from "#core/jobs/app-dead-letters.ts";
import { shownReason } from "#core/jobs/dead-letter-reason.ts";
import { jobIdOf, jobKeyOf } from "#core/jobs/job.ts";
import type { PseudonymOf } from "#core/shared/pseudonym.ts";
import type { DeadLetterReply, DeadLettersReply, RedrivenReply } from "./dead-letters-reply.ts";

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
