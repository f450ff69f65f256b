import { expect, test } from "@jest/globals";
import { toDeadLettersReply } from "../../../../functions/dead-letters/to-dead-letters-reply.ts";
import { webhookJob } from "../../../support/jobs.ts";
import { pseudonymOf } from "../../../support/pseudonyms.ts";

const letter = { id: "letter-1", queue: "webhooks", job: webhookJob(), addedAt: 7 } as const;
const replyTo = (cause: { reason: string; tries: number } | undefined) =>
  toDeadLettersReply({ letters: [{ ...letter, cause }], isComplete: true }, pseudonymOf).deadLetters[0];

test("a dead letter has its reason and tries, without what is inside the deployment", () => {
  const reason = "AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/x is not authorized";
  expect(replyTo({ reason, tries: 3 })).toMatchObject({
    reason: "internal error (AccessDeniedException)",
    tries: 3,
  });
});

test("a job that SQS moved has a reason, too", () => {
  expect(replyTo(undefined)).toMatchObject({ reason: "no worker completed it", tries: null });
});
