import { SendMessageCommand } from "@aws-sdk/client-sqs";
import type { DeadLetters } from "#core/jobs/job.ts";
import { toJobMessage } from "./job-message.ts";
import type { JobQueuePorts } from "./job-queue.ts";

/** In characters: it is a sentence for a person, and the job beside it may be nearly all that a message holds. */
const longestReason = 1024;
const refusedCharacter = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** A reason as SQS takes it, which refuses the whole message for some characters in an attribute, or for none at all. */
const asAttribute = (reason: string): string =>
  reason.slice(0, longestReason).replace(refusedCharacter, "\uFFFD").trim() || "none given";

/**
 * As SQS itself moves what it gives up, but with the reason and the tries beside the job, as attributes of the message, and
 * each in a group of its own: of one group SQS hands out ten at most, and whoever lists them wants to see all.
 */
export const makeDeadLetters = ({ client, queueUrl }: JobQueuePorts): DeadLetters => ({
  bury: async (job, { reason, tries }) => {
    const { MessageBody, MessageDeduplicationId } = toJobMessage(job);
    await client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody,
        MessageDeduplicationId,
        MessageGroupId: MessageDeduplicationId,
        MessageAttributes: {
          reason: { DataType: "String", StringValue: asAttribute(reason) },
          tries: { DataType: "Number", StringValue: String(tries) },
        },
      }),
    );
  },
});
