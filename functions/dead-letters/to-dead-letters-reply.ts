import { turnNameOf } from "#adapters/dynamodb/turn-name.ts";
import type { AppDeadLetter, ListedDeadLetters, RedrivenLetters } from "#core/jobs/app-dead-letters.ts";
import { jobIdOf, jobKeyOf } from "#core/jobs/job.ts";
import type { PseudonymOf } from "#core/shared/pseudonym.ts";
import { shownReason } from "#core/shared/shown-reason.ts";
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
    // SQS moves a job without a reason if its workers crash.
    reason: cause ? shownReason(cause.reason) : "no worker completed it",
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
