import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { systemClock } from "#adapters/node/system-clock.ts";
import type { Clock } from "#core/shared/clock.ts";
import { failedMessageIds } from "./batch-item-failures.ts";
import type { Invoke } from "./lambda/outcome.ts";
import { sqsEventOf } from "./sqs-event.ts";
import type { EventSourceMapping } from "./template/event-source-mappings.ts";

export interface MappingOptions {
  readonly mapping: EventSourceMapping;
  readonly concurrency: number;
  readonly queueUrl: string;
  readonly client: SQSClient;
  readonly invoke: Invoke;
  readonly onError: (error: unknown) => void;
  readonly clock?: Pick<Clock, "sleep">;
}

export interface RunningMapping {
  /** Stops polling at once and gives running invocations a moment to finish. */
  stop(): Promise<void>;
}

const longPollSeconds = 20;
const maxPerReceive = 10;
const pauseAfterErrorMs = 1000;
const stopGraceMs = 1000;

/** Delivers messages from a queue to a function, like Lambda's pollers. */
export const startMapping = ({
  mapping,
  concurrency,
  queueUrl,
  client,
  invoke,
  onError,
  clock = systemClock,
}: MappingOptions): RunningMapping => {
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();

  // Requests that stop() aborts are not errors.
  const report = (error: unknown) => {
    if (!stopping.signal.aborted) onError(error);
  };

  const receive = async (): Promise<Message[]> => {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: Math.min(mapping.batchSize, maxPerReceive),
        WaitTimeSeconds: longPollSeconds,
        MessageSystemAttributeNames: ["All"],
        MessageAttributeNames: ["All"],
      }),
      { abortSignal: stopping.signal },
    );
    return Messages;
  };

  const deliver = async (messages: readonly Message[]): Promise<void> => {
    const outcome = await invoke(sqsEventOf(messages, mapping.queueArn));
    const failed = failedMessageIds(outcome, messages, mapping.reportsBatchItemFailures);
    const done = messages.filter(({ MessageId }) => MessageId !== undefined && !failed.has(MessageId));
    if (done.length === 0) return;
    await client.send(
      new DeleteMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
      }),
    );
  };

  const poll = async () => {
    while (!stopping.signal.aborted) {
      try {
        if (running.size >= concurrency) {
          await Promise.race(running);
          continue;
        }
        const messages = await receive();
        if (messages.length === 0) continue;
        const delivery = deliver(messages)
          .catch(report)
          .finally(() => running.delete(delivery));
        running.add(delivery);
      } catch (error) {
        report(error);
        await clock.sleep(pauseAfterErrorMs, stopping.signal);
      }
    }
  };

  const polling = poll();
  return {
    async stop() {
      stopping.abort();
      const ended = polling.then(() => Promise.all(running));
      const settled = new AbortController();
      await Promise.race([ended, clock.sleep(stopGraceMs, settled.signal)]);
      settled.abort();
    },
  };
};
