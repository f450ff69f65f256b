import { SendMessageCommand } from "@aws-sdk/client-sqs";
import type { DeadLetters } from "#core/jobs/job.ts";
import { toJobMessage } from "./job-message.ts";
import type { JobQueuePorts } from "./job-queue.ts";

/** Short, as the job in the same message may take up nearly all of the size limit. */
const maxReasonCharacters = 1024;
const refusedCharacter = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** A reason as a message attribute. SQS rejects a message with an empty attribute or with certain characters in one. */
const asAttribute = (reason: string): string =>
  reason.slice(0, maxReasonCharacters).replace(refusedCharacter, "\uFFFD").trim() || "no reason given";

/**
 * Sends jobs to the dead-letter queue, as SQS's redrive policy would, but with the reason and the number of tries as message
 * attributes. Each message has its own group: SQS returns at most ten messages in flight per group, and a listing must show all.
 */
export const makeDeadLetters = ({ client, queueUrl }: JobQueuePorts): DeadLetters => ({
  add: async (job, { reason, tries }) => {
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
