import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { maxJobAgeSeconds } from "../../lib/observability/job-age.ts";
import type { ClientConfig } from "../command/bridge.ts";
import { type Check, checkOf, type Findings, ok, problem } from "./check.ts";
import type { MessagingOutputs } from "./stack-check.ts";

export interface QueuePorts {
  readonly sqs: ClientConfig;
  /** The age of the oldest message in seconds; undefined: the queue has none, or nothing measures it. */
  readonly readAge: (queueName: string) => Promise<number | undefined>;
  /** The command that lists dead letters. */
  readonly redrive: string;
}

interface Counts {
  readonly waiting: number;
  /** Received by a worker, or hidden until its next try. */
  readonly hidden: number;
}

/** Counts jobs and dead letters. */
export const queueChecks = (
  outputs: MessagingOutputs | undefined,
  { sqs, readAge, redrive }: QueuePorts,
): readonly Check[] => {
  const count = async (QueueUrl: string): Promise<Counts> => {
    const client = new SQSClient(sqs);
    try {
      const { Attributes = {} } = await client.send(
        new GetQueueAttributesCommand({
          QueueUrl,
          AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        }),
      );
      return {
        waiting: Number(Attributes.ApproximateNumberOfMessages ?? 0),
        hidden: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
      };
    } finally {
      client.destroy();
    }
  };

  const describe = async (name: string, queueUrl: string): Promise<{ text: string; isOld: boolean }> => {
    const [{ waiting, hidden }, age] = await Promise.all([
      count(queueUrl),
      readAge(queueUrl.slice(queueUrl.lastIndexOf("/") + 1)),
    ]);
    const oldest = age === undefined ? "" : `, the oldest ${Math.round(age)} s old`;
    return {
      text: `${name}: ${waiting} waiting, ${hidden} in progress${oldest}`,
      isOld: (age ?? 0) > maxJobAgeSeconds,
    };
  };

  const queues = async ({ TurnsQueueUrl, WebhooksQueueUrl }: MessagingOutputs): Promise<Findings> => {
    const found = await Promise.all([
      describe("turns", TurnsQueueUrl),
      describe("webhooks", WebhooksQueueUrl),
    ]);
    const old = found.filter(({ isOld }) => isOld);
    return old.length > 0
      ? old.map(({ text }) => problem(text, "see docs/runbook.md#jobs-wait"))
      : ok(found.map(({ text }) => text).join("; "));
  };

  const deadLetters = async (given: MessagingOutputs): Promise<Findings> => {
    const counts = await Promise.all([given.TurnsDeadLettersUrl, given.WebhooksDeadLettersUrl].map(count));
    const [turns = 0, webhooks = 0] = counts.map(({ waiting, hidden }) => waiting + hidden);
    if (turns + webhooks === 0) return ok("none");
    return problem(
      `${turns} of turns, ${webhooks} of webhooks`,
      `${redrive} lists them with their reasons (docs/runbook.md#dead-letters)`,
    );
  };

  const needed = { what: "the messaging stack", found: outputs };
  return [checkOf("queues", needed, queues), checkOf("dead letters", needed, deadLetters)];
};
