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
/** Lambda polls a queue with five connections. Here the others join the first while it receives messages. */
const maxHelpers = 4;
const maxPerReceive = 10;
const pauseAfterErrorMs = 1000;
const stopGraceMs = 1000;

/** Delivers messages from a queue to a function, like Lambda's pollers. */
export const startMapping = ({
  mapping,
  queueUrl,
  client,
  invoke,
  onError,
  clock = systemClock,
}: MappingOptions): RunningMapping => {
  const stopping = new AbortController();
  const deliveries = new Set<Promise<void>>();
  const helpers = new Set<Promise<void>>();
  const add = (to: Set<Promise<void>>, work: Promise<void>) => {
    const ended = work.catch(report).finally(() => to.delete(ended));
    to.add(ended);
  };
  /** The first poller's own receive is not counted. */
  const inUse = () => deliveries.size + helpers.size;

  // Requests that stop() aborts are not errors.
  const report = (error: unknown) => {
    if (!stopping.signal.aborted) onError(error);
  };

  const receive = async (waitSeconds: number): Promise<Message[]> => {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: Math.min(mapping.batchSize, maxPerReceive),
        WaitTimeSeconds: waitSeconds,
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

  /** Returns whether there were messages. */
  const receiveAndDeliver = async (waitSeconds: number): Promise<boolean> => {
    const messages = await receive(waitSeconds);
    if (messages.length > 0) add(deliveries, deliver(messages));
    return messages.length > 0;
  };

  const help = async () => {
    while (inUse() < mapping.maximumConcurrency && (await receiveAndDeliver(0)));
  };

  const poll = async () => {
    while (!stopping.signal.aborted) {
      try {
        if (inUse() >= mapping.maximumConcurrency) {
          await Promise.race([...deliveries, ...helpers]);
          continue;
        }
        if (!(await receiveAndDeliver(longPollSeconds))) continue;
        while (helpers.size < maxHelpers && inUse() < mapping.maximumConcurrency - 1) add(helpers, help());
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
      const ended = polling.then(() => Promise.all([...deliveries, ...helpers]));
      const settled = new AbortController();
      await Promise.race([ended, clock.sleep(stopGraceMs, settled.signal)]);
      settled.abort();
    },
  };
};
