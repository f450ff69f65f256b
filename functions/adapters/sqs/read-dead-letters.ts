import type { Message } from "@aws-sdk/client-sqs";
import type { DeadLetterCause, Job } from "#core/jobs/job.ts";
import type { DeadLetter, ReadDeadLetters } from "#core/jobs/redrive-jobs.ts";
import type { Clock } from "#core/shared/clock.ts";
import { type DeadLetterQueuePorts, makeDeadLetterQueue } from "./dead-letter-queue.ts";

export interface ReadDeadLettersPorts<J extends Job> extends DeadLetterQueuePorts {
  /** @throws for a body that is no job of this queue's. */
  readonly parseJob: (body: string) => J;
  readonly clock: Clock;
}

/** So long a letter is in our hands. Not longer: if this process dies, nobody sees until then what it held. */
const holdSeconds = 300;
/** Of these, what a visit may take. */
const visitMs = 30_000;

interface HeldMessage {
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
 * Reads a dead-letter queue to its end and leaves it as it was, but for what a visit removes.
 *
 * While a message is in flight, SQS hands out no more of its group than came with it. So all that comes is taken and
 * visited, and again, for as long as a removal may have let others forward. What stays behind others is counted.
 */
export const makeReadDeadLetters = <J extends Job>({
  parseJob,
  clock,
  ...ports
}: ReadDeadLettersPorts<J>): ReadDeadLetters<J> => {
  const queue = makeDeadLetterQueue(ports);

  const receive = async (): Promise<HeldMessage[]> => {
    const visitUntil = clock.now() + holdSeconds * 1000 - visitMs;
    const messages = await queue.receive(holdSeconds);
    return messages.map((message) => ({
      messageId: message.MessageId ?? "",
      message,
      addedAt: Number(message.Attributes?.SentTimestamp),
      visitUntil,
    }));
  };

  /** Until nothing new comes: a message whose hold has run out comes again. */
  const receiveInto = async (held: Map<string, HeldMessage>): Promise<HeldMessage[]> => {
    const round = new Map<string, HeldMessage>();
    for (;;) {
      const batch = await receive();
      const isNew = batch.some(({ messageId }) => !round.has(messageId));
      for (const each of batch) {
        round.set(each.messageId, each);
        held.set(each.messageId, each);
      }
      if (!isNew) return [...round.values()];
    }
  };

  const letterOf = (
    { messageId, message, addedAt }: HeldMessage,
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
    const held = new Map<string, HeldMessage>();
    const visited = new Set<string>();
    try {
      for (;;) {
        const round = (await receiveInto(held)).filter(({ messageId }) => !visited.has(messageId));
        // By time, not as the groups come.
        for (const each of round.sort((one, other) => one.addedAt - other.addedAt)) {
          // No longer ours: the next round brings it again.
          if (clock.now() > each.visitUntil) continue;
          visited.add(each.messageId);
          const remove = async (): Promise<void> => {
            await queue.remove(each.message);
            held.delete(each.messageId);
          };
          await visit(letterOf(each, remove));
        }
        if (round.every(({ messageId }) => held.has(messageId))) break;
      }
    } finally {
      await queue.letGo([...held.values()].map(({ message }) => message));
    }
    return { hidden: Math.max(0, total - visited.size) };
  };
};
