import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { makeReopenJob } from "#adapters/dynamodb/reopen-job.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { parseTurnJob, parseWebhookJob } from "#adapters/sqs/job-message.ts";
import { makeJobQueue } from "#adapters/sqs/job-queue.ts";
import { makeReadDeadLetters } from "#adapters/sqs/read-dead-letters.ts";
import type { Job } from "#core/jobs/job.ts";
import { makeRedriveJobs } from "#core/jobs/redrive-jobs.ts";
import { oneLine } from "#core/shared/one-line.ts";
import { describeError } from "./command/describe-error.ts";
import { findBridge } from "./command/target.ts";
import { readOptions } from "./redrive/options.ts";
import { makeRedriveReport } from "./redrive/report.ts";

const neededOutputs = v.object({
  TurnsQueueUrl: v.string(),
  TurnsDeadLettersUrl: v.string(),
  WebhooksQueueUrl: v.string(),
  WebhooksDeadLettersUrl: v.string(),
  TurnsTable: v.string(),
});

/** A job queue and its dead-letter queue. */
interface Queues<J extends Job> {
  readonly name: string;
  readonly parseJob: (body: string) => J;
  readonly queueUrl: string;
  readonly deadLettersUrl: string;
}

const main = async (): Promise<void> => {
  const { isWanted, ...target } = readOptions(process.argv.slice(2));
  const { sqs, dynamodb, outputs } = await findBridge(target, neededOutputs);
  const client = new SQSClient(sqs);
  const tables = DynamoDBDocumentClient.from(new DynamoDBClient(dynamodb));
  const reopen = makeReopenJob({ client: tables, tableName: outputs.TurnsTable, clock });
  const report = makeRedriveReport((line) => process.stdout.write(`${oneLine(line)}\n`));
  // A reader such as `head` may close the pipe; the redrive continues.
  process.stdout.on("error", () => {});

  const redriveQueue = async <J extends Job>({ name, parseJob, queueUrl, deadLettersUrl }: Queues<J>) => {
    const readDeadLetters = makeReadDeadLetters({
      client,
      queueUrl: deadLettersUrl,
      waitSeconds: 1,
      parseJob,
      clock,
    });
    const queue = makeJobQueue({ client, queueUrl });
    const { hidden } = isWanted
      ? await makeRedriveJobs({ readDeadLetters, reopen, queue, clock })(
          ({ job }) => isWanted(job),
          report.addResult,
        )
      : await readDeadLetters(async (letter) => report.addListed(letter));
    report.addHidden(name, hidden);
  };
  await redriveQueue({
    name: "turns",
    parseJob: parseTurnJob,
    queueUrl: outputs.TurnsQueueUrl,
    deadLettersUrl: outputs.TurnsDeadLettersUrl,
  });
  await redriveQueue({
    name: "webhooks",
    parseJob: parseWebhookJob,
    queueUrl: outputs.WebhooksQueueUrl,
    deadLettersUrl: outputs.WebhooksDeadLettersUrl,
  });
  report.end(isWanted ? "No dead letter matches." : "No dead letters.");
  process.exitCode = report.hasFailures() ? 1 : 0;
};

main().catch((error: unknown) => {
  console.error(describeError(error));
  process.exit(1);
});
