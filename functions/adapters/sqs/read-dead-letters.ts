import type { Message } from "@aws-sdk/client-sqs";
import type { DeadLetterCause, Job } from "#core/jobs/job.ts";
import type { DeadLetter, ReadDeadLetters } from "#core/jobs/redrive-jobs.ts";
import type { Clock } from "#core/shared/clock.ts";
import { type DeadLetterQueuePorts, makeDeadLetterQueue, type ReceivedMessage } from "./dead-letter-queue.ts";

export interface ReadDeadLettersPorts<J extends Job> extends DeadLetterQueuePorts {
  /** @throws if the body is not a job of this queue. */
  readonly parseJob: (body: string) => J;
  readonly clock: Clock;
  /** How long messages stay hidden if this process crashes while it has them; longer than it may take. Default: 300. */
  readonly visibilityTimeoutSeconds?: number;
}

/** The part of the visibility timeout that is reserved for one visit. */
const visitMs = 30_000;

/** A message of the queue. `letter`: undefined if it is not wanted; then its content is not kept. */
interface Received<J extends Job> {
  readonly messageId: string;
  readonly message: ReceivedMessage;
  readonly letter: DeadLetter<J> | undefined;
  readonly addedAt: number;
  readonly visitUntil: number;
}

const causeOf = ({ MessageAttributes = {} }: Message): DeadLetterCause | undefined => {
  const { reason, tries } = MessageAttributes;
  if (reason?.StringValue === undefined || tries?.StringValue === undefined) return undefined;
  return { reason: reason.StringValue, tries: Number(tries.StringValue) };
};

/**
 * Reads a dead-letter queue to its end, or to a limit, and leaves it unchanged, except for messages that a visit removes.
 *
 * While a message is in flight, SQS returns no further messages of its group. So all available messages are received and
 * visited, and this repeats as long as removals may have made others available. Messages that stay hidden are counted.
 */
export const makeReadDeadLetters = <J extends Job>({
  parseJob,
  clock,
  visibilityTimeoutSeconds = 300,
  ...ports
}: ReadDeadLettersPorts<J>): ReadDeadLetters<J> => {
  const queue = makeDeadLetterQueue(ports);

  const letterOf = (message: Message, remove: () => Promise<void>): DeadLetter<J> => {
    const letter = { messageId: message.MessageId ?? "", addedAt: Number(message.Attributes?.SentTimestamp) };
    try {
      return { ...letter, job: parseJob(message.Body ?? ""), cause: causeOf(message), remove };
    } catch (error) {
      return { ...letter, fault: error instanceof Error ? error.message : String(error) };
    }
  };

  return async (visit, options = {}) => {
    const {
      isWanted = () => true,
      maxVisits = Infinity,
      maxReceived = Infinity,
      deadline = Infinity,
    } = options;
    const total = await queue.count();
    /** Those that are hidden from other consumers. */
    const received = new Map<string, Received<J>>();
    /** Those that were looked at: visited, or not wanted. */
    const done = new Set<string>();
    let visits = 0;
    let isCut = false;

    const receive = async (): Promise<Received<J>[]> => {
      const visitUntil = clock.now() + visibilityTimeoutSeconds * 1000 - visitMs;
      const messages = await queue.receive(visibilityTimeoutSeconds);
      return messages.map((message) => {
        const { MessageId: messageId = "", ReceiptHandle } = message;
        const receipt = { ReceiptHandle };
        const remove = async (): Promise<void> => {
          await queue.remove(receipt);
          received.delete(messageId);
        };
        const letter = letterOf(message, remove);
        const wanted = isWanted(letter) ? letter : undefined;
        return { messageId, message: receipt, letter: wanted, addedAt: letter.addedAt, visitUntil };
      });
    };

    /** Whether a limit allows no further message. */
    const isFull = (round: ReadonlyMap<string, Received<J>>): boolean => {
      const toVisit = [...round.keys()].filter((messageId) => !done.has(messageId)).length;
      return received.size >= maxReceived || visits + toVisit >= maxVisits || clock.now() >= deadline;
    };

    /** Receives until nothing new arrives: a message whose visibility timeout has expired arrives again. */
    const receiveRound = async (): Promise<Received<J>[]> => {
      const round = new Map<string, Received<J>>();
      for (;;) {
        if (isFull(round)) {
          isCut = true;
          return [...round.values()];
        }
        const batch = await receive();
        const isNew = batch.some(({ messageId }) => !round.has(messageId));
        for (const each of batch) {
          round.set(each.messageId, each);
          received.set(each.messageId, each);
          if (!each.letter) done.add(each.messageId);
        }
        if (!isNew) return [...round.values()];
      }
    };

    try {
      for (;;) {
        const round = (await receiveRound()).filter(({ messageId }) => !done.has(messageId));
        // By time, not by group.
        for (const each of round.sort((one, other) => one.addedAt - other.addedAt)) {
          const { messageId, letter, visitUntil } = each;
          // Too late: the message will be visible again, and the next round receives it.
          if (!letter || clock.now() > visitUntil) continue;
          if (visits >= maxVisits || clock.now() >= deadline) {
            isCut = true;
            break;
          }
          done.add(messageId);
          visits += 1;
          await visit(letter);
        }
        if (isCut || round.every(({ messageId }) => received.has(messageId))) break;
      }
    } finally {
      await queue.release([...received.values()].map(({ message }) => message));
    }
    return { hidden: Math.max(0, total - done.size), isCut };
  };
};
