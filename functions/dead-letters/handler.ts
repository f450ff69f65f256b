import * as v from "valibot";
import { makeSignedApi } from "#adapters/api-gateway/signed-api.ts";
import { makeDocumentClient } from "#adapters/dynamodb/document-client.ts";
import { makeReopenJob } from "#adapters/dynamodb/reopen-job.ts";
import { nonEmptyString, parseEnvironment } from "#adapters/node/environment.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { openCallVerifier, verifierEnv } from "#adapters/rongcloud/open-verifiers.ts";
import { makePseudonymOf } from "#adapters/secrets/user-pseudonym.ts";
import { parseTurnJob, parseWebhookJob } from "#adapters/sqs/job-message.ts";
import { makeJobQueue } from "#adapters/sqs/job-queue.ts";
import { makeReadDeadLetters } from "#adapters/sqs/read-dead-letters.ts";
import { makeSqsClient } from "#adapters/sqs/sqs-client.ts";
import { type DeadLetterQueue, makeAppDeadLetters, type QueueName } from "#core/jobs/app-dead-letters.ts";
import type { Job } from "#core/jobs/job.ts";
import { makeRedriveJobs } from "#core/jobs/redrive-jobs.ts";
import { makeDeadLettersRoutes } from "./routes.ts";

const env = parseEnvironment(
  v.object({
    TURNS_TABLE: nonEmptyString,
    TURNS_QUEUE_URL: nonEmptyString,
    TURNS_DEAD_LETTERS_URL: nonEmptyString,
    WEBHOOKS_QUEUE_URL: nonEmptyString,
    WEBHOOKS_DEAD_LETTERS_URL: nonEmptyString,
    ...verifierEnv,
  }),
);
const log = makeJsonLog();
const client = makeDocumentClient();
const sqs = makeSqsClient();
const { apps, verifyCall } = await openCallVerifier({ env, client, clock, log });
const reopen = makeReopenJob({ client, tableName: env.TURNS_TABLE, clock });

/** Long polling queries all of SQS's servers. */
const waitSeconds = 1;
/** Longer than an invocation. */
const visibilityTimeoutSeconds = 60;

const openQueue = <J extends Job>(
  name: QueueName,
  parseJob: (body: string) => J,
  queueUrl: string,
  deadLettersUrl: string,
): DeadLetterQueue => {
  const read = makeReadDeadLetters({
    client: sqs,
    queueUrl: deadLettersUrl,
    waitSeconds,
    visibilityTimeoutSeconds,
    parseJob,
    clock,
  });
  const queue = makeJobQueue({ client: sqs, queueUrl });
  return { name, read, redrive: makeRedriveJobs({ readDeadLetters: read, reopen, queue, clock }) };
};

export const handler = makeSignedApi(
  { verifyCall, log },
  makeDeadLettersRoutes({
    deadLetters: makeAppDeadLetters({
      queues: [
        openQueue("turns", parseTurnJob, env.TURNS_QUEUE_URL, env.TURNS_DEAD_LETTERS_URL),
        openQueue("webhooks", parseWebhookJob, env.WEBHOOKS_QUEUE_URL, env.WEBHOOKS_DEAD_LETTERS_URL),
      ],
      clock,
      log,
    }),
    pseudonymOf: makePseudonymOf(apps),
  }),
);
