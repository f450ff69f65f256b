import type { Message } from "@aws-sdk/client-sqs";
import type { DeadLetterCause, Job } from "#core/jobs/job.ts";
import type { DeadLetter, ReadDeadLetters } from "#core/jobs/redrive-jobs.ts";
import type { Clock } from "#core/shared/clock.ts";
import { type DeadLetterQueuePorts, makeDeadLetterQueue } from "./dead-letter-queue.ts";

export interface ReadDeadLettersPorts<J extends Job> extends DeadLetterQueuePorts {
  /** @throws if the body is not a job of this queue. */
  readonly parseJob: (body: string) => J;
  readonly clock: Clock;
}

/** Not longer, as the messages that this process has received stay hidden for this long if it crashes. */
const visibilityTimeoutSeconds = 300;
/** The part of the visibility timeout that is reserved for one visit. */
const visitMs = 30_000;

interface ReceivedMessage {
  readonly messageId: string;
  readonly message: Message;
  readonly addedAt: number;
  readonly visitUntil: number;
}

const causeOf = ({ MessageAttributes = {} }: Message): DeadLetterCause | undefined => {
  const { reason, tries } = MessageAttributes;
  if (reason?.StringValue === undefined || tries?.StringValue === undefined) return undefined;
  return { reason: reason.StringValue, tries: Number(tries.StringValue) };
};

/**
 * Reads a dead-letter queue to its end and leaves it unchanged, except for messages that a visit removes.
 *
 * While a message is in flight, SQS returns no further messages of its group. So all available messages are received and
 * visited, and this repeats as long as removals may have made others available. Messages that stay hidden are counted.
 */
export const makeReadDeadLetters = <J extends Job>({
  parseJob,
  clock,
  ...ports
}: ReadDeadLettersPorts<J>): ReadDeadLetters<J> => {
  const queue = makeDeadLetterQueue(ports);

  const receive = async (): Promise<ReceivedMessage[]> => {
    const visitUntil = clock.now() + visibilityTimeoutSeconds * 1000 - visitMs;
    const messages = await queue.receive(visibilityTimeoutSeconds);
    return messages.map((message) => ({
      messageId: message.MessageId ?? "",
      message,
      addedAt: Number(message.Attributes?.SentTimestamp),
      visitUntil,
    }));
  };

  /** Receives until nothing new arrives: a message whose visibility timeout has expired arrives again. */
  const receiveInto = async (received: Map<string, ReceivedMessage>): Promise<ReceivedMessage[]> => {
    const round = new Map<string, ReceivedMessage>();
    for (;;) {
      const batch = await receive();
      const isNew = batch.some(({ messageId }) => !round.has(messageId));
      for (const each of batch) {
        round.set(each.messageId, each);
        received.set(each.messageId, each);
      }
      if (!isNew) return [...round.values()];
    }
  };

  const letterOf = (
    { messageId, message, addedAt }: ReceivedMessage,
    remove: () => Promise<void>,
  ): DeadLetter<J> => {
    try {
      const job = parseJob(message.Body ?? "");
      return { messageId, addedAt, job, cause: causeOf(message), remove };
    } catch (error) {
      return { messageId, addedAt, fault: error instanceof Error ? error.message : String(error) };
    }
  };

  return async (visit) => {
    const total = await queue.count();
    const received = new Map<string, ReceivedMessage>();
    const visited = new Set<string>();
    try {
      for (;;) {
        const round = (await receiveInto(received)).filter(({ messageId }) => !visited.has(messageId));
        // By time, not by group.
        for (const each of round.sort((one, other) => one.addedAt - other.addedAt)) {
          // Too late: the message will be visible again, and the next round receives it.
          if (clock.now() > each.visitUntil) continue;
          visited.add(each.messageId);
          const remove = async (): Promise<void> => {
            await queue.remove(each.message);
            received.delete(each.messageId);
          };
          await visit(letterOf(each, remove));
        }
        if (round.every(({ messageId }) => received.has(messageId))) break;
      }
    } finally {
      await queue.release([...received.values()].map(({ message }) => message));
    }
    return { hidden: Math.max(0, total - visited.size) };
  };
};
