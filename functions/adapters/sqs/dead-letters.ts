import { SendMessageCommand } from "@aws-sdk/client-sqs";
import type { DeadLetters } from "#core/jobs/job.ts";
import { toJobMessage } from "./job-message.ts";
import type { JobQueuePorts } from "./job-queue.ts";

/** A sentence for a person: the job in the same message may take nearly all of the size limit. */
const maxReasonCharacters = 1024;
const refusedCharacter = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** A reason as SQS accepts it: it refuses the whole message for certain characters in an attribute, or for an empty one. */
const asAttribute = (reason: string): string =>
  reason.slice(0, maxReasonCharacters).replace(refusedCharacter, "\uFFFD").trim() || "none given";

/**
 * As SQS itself moves messages that it gives up, but with the reason and the tries as attributes of the message, and each in
 * a group of its own: SQS hands out at most ten messages of one group, and a person who lists them wants to see all.
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
