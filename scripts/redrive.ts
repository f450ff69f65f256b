import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { makeReopenJob } from "#adapters/dynamodb/redrive-turns.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { parseTurnJob, parseWebhookJob } from "#adapters/sqs/job-message.ts";
import { makeJobQueue } from "#adapters/sqs/job-queue.ts";
import { makeReadDeadLetters } from "#adapters/sqs/read-dead-letters.ts";
import type { Job } from "#core/jobs/job.ts";
import { makeRedriveJobs } from "#core/jobs/redrive-jobs.ts";
import { findLocalBridge } from "./redrive/find-local-bridge.ts";
import { findStack } from "./redrive/find-stack.ts";
import { readOptions } from "./redrive/options.ts";
import { makeStory } from "./redrive/story.ts";

/** One of the two ways that jobs go. */
interface Way<J extends Job> {
  readonly name: string;
  readonly parseJob: (body: string) => J;
  readonly queueUrl: string;
  readonly deadLettersUrl: string;
}

const main = async (): Promise<void> => {
  const { stage, port, isWanted } = readOptions(process.argv.slice(2));
  const { sqs, dynamodb, outputs } = await (stage === undefined ? findLocalBridge(port) : findStack(stage));
  const client = new SQSClient(sqs);
  const tables = DynamoDBDocumentClient.from(new DynamoDBClient(dynamodb));
  const reopen = makeReopenJob({ client: tables, tableName: outputs.TurnsTable, clock });
  const story = makeStory((line) => process.stdout.write(`${line}\n`));
  // Who reads may leave, as `head` does: what is under way comes to its end all the same.
  process.stdout.on("error", () => {});

  const goThrough = async <J extends Job>({ name, parseJob, queueUrl, deadLettersUrl }: Way<J>) => {
    const readDeadLetters = makeReadDeadLetters({
      client,
      queueUrl: deadLettersUrl,
      waitSeconds: 1,
      parseJob,
      clock,
    });
    const queue = makeJobQueue({ client, queueUrl });
    const { hidden } = isWanted
      ? await makeRedriveJobs({ readDeadLetters, reopen, queue, clock })(isWanted, story.tell)
      : await readDeadLetters(async (letter) => story.list(letter));
    story.hide(name, hidden);
  };
  await goThrough({
    name: "turns",
    parseJob: parseTurnJob,
    queueUrl: outputs.TurnsQueueUrl,
    deadLettersUrl: outputs.TurnsDeadLettersUrl,
  });
  await goThrough({
    name: "webhooks",
    parseJob: parseWebhookJob,
    queueUrl: outputs.WebhooksQueueUrl,
    deadLettersUrl: outputs.WebhooksDeadLettersUrl,
  });
  story.end(isWanted ? "No dead letter fits." : "No dead letters.");
  process.exitCode = story.hasFailures() ? 1 : 0;
};

main().catch((error: unknown) => {
  console.error(error instanceof Error && error.message !== "" ? error.message : String(error));
  process.exit(1);
});
