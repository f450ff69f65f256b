import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { makeJobsTable } from "#adapters/dynamodb/jobs-table.ts";
import { makeReopenJob } from "#adapters/dynamodb/reopen-job.ts";
import { noStories } from "#adapters/dynamodb/story-attributes.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { makeDeadLetters } from "#adapters/sqs/dead-letters.ts";
import { parseWebhookJob, toJobMessage } from "#adapters/sqs/job-message.ts";
import { makeJobQueue } from "#adapters/sqs/job-queue.ts";
import { makeReadDeadLetters } from "#adapters/sqs/read-dead-letters.ts";
import { type DeadLetterCause, type Job, jobIdOf, type WebhookJob } from "#core/jobs/job.ts";
import { rememberJobForMs } from "#core/jobs/job-store.ts";
import {
  type DeadLetter,
  makeRedriveJobs,
  type RedriveJobsPorts,
  type RedriveResult,
} from "#core/jobs/redrive-jobs.ts";
import { localClient } from "../../local/aws/local-client.ts";
import { startSqs } from "../../local/aws/sqs.ts";
import { arnOf } from "../../local/aws/template/account.ts";
import { startTable } from "../support/dynamodb.ts";
import { messageEvent } from "../support/turns.ts";

export const webhookJob = (
  msgUID: string,
  fromUserId = "u7",
  given: Partial<WebhookJob> = {},
): WebhookJob => ({
  appKey: "app-one",
  botUserId: "bot-helpdesk",
  integrationType: "webhook",
  event: messageEvent({ fromUserId, msgUID }),
  acceptedAt: 1_767_225_600_500,
  ...given,
});

export const bodyOf = (job: Job, version = 1): string => JSON.stringify({ version, ...job });

/** SQS itself gives up a job that was received more often than this. */
const maxReceives = 3;

type Ports = RedriveJobsPorts<WebhookJob>;
/** The result of redriving one letter. */
export type Reported = readonly [msgUID: string | undefined, result: string];

/** A queue of jobs, its dead-letter queue and the turns table, at a running SQS if one is given. */
export const startQueues = async (endpoint = process.env.SQS_ENDPOINT || undefined) => {
  const id = randomBytes(6).toString("hex");
  const attributes = { FifoQueue: "true" };
  const dead = { name: `test-dead-${id}.fifo`, arn: arnOf("sqs", `test-dead-${id}.fifo`), urlOnAws: "" };
  const redrive = { deadLetterArn: dead.arn, maxReceiveCount: maxReceives };
  const jobs = { name: `test-jobs-${id}.fifo`, arn: "", urlOnAws: "", attributes, redrive };
  const queues = [jobs, { ...dead, attributes, redrive: undefined }];
  const sqs = await startSqs({ queues, endpoint, dataDir: undefined });
  const client = new SQSClient(localClient(sqs.endpoint));
  const queueUrl = sqs.queueUrls.get(jobs.name) ?? "";
  const deadLettersUrl = sqs.queueUrls.get(dead.name) ?? "";
  const table = await startTable("turns");

  const store = makeJobsTable({ ...table, clock, stories: noStories });
  const queue = makeJobQueue({ client, queueUrl });
  const deadLetters = makeDeadLetters({ client, queueUrl: deadLettersUrl });
  const waitSeconds = endpoint === undefined ? 0 : 1;
  const readDeadLetters = makeReadDeadLetters({
    client,
    queueUrl: deadLettersUrl,
    waitSeconds,
    parseJob: parseWebhookJob,
    clock,
  });
  const ports: Ports = { readDeadLetters, reopen: makeReopenJob({ ...table, clock }), queue, clock };

  const claim = (job: WebhookJob, token: string = randomUUID(), leaseMs = 60_000) =>
    store.claim(jobIdOf(job), { token, expiresAt: clock.now() + leaseMs });

  /** A worker that receives the job and ends it with this result. */
  const finish = async (job: WebhookJob, outcome: string): Promise<string> => {
    const token = randomUUID();
    const { status } = await claim(job, token);
    if (status === "claimed")
      await store.complete(jobIdOf(job), token, outcome, clock.now() + rememberJobForMs);
    return status;
  };

  const receive = async () => {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: waitSeconds,
      }),
    );
    return Messages;
  };

  /** SQS timestamps a letter in milliseconds: makes sure that no two are equal. */
  const untilNextMs = async (sent: Promise<unknown>): Promise<void> => {
    await sent;
    await delay(2);
  };
  const putDead = (message: Omit<SendMessageCommandInput, "QueueUrl">): Promise<void> =>
    untilNextMs(client.send(new SendMessageCommand({ QueueUrl: deadLettersUrl, ...message })));
  const addDead = (job: WebhookJob, cause: DeadLetterCause): Promise<void> =>
    untilNextMs(deadLetters.add(job, cause));

  return {
    ...sqs,
    client,
    queueUrl,
    deadLettersUrl,
    table,
    store,
    queue,
    claim,
    finish,
    receive,
    readDeadLetters,
    ports,
    /** Gives a job up as a worker does. */
    giveUp: async (job: WebhookJob, reason = "HTTP 410", tries = 7): Promise<void> => {
      await addDead(job, { reason, tries });
      await finish(job, "given_up");
    },
    addDead,
    /** Puts a message into the dead letters, in any group. */
    sendDead: (MessageBody: string, MessageGroupId: string = randomUUID()): Promise<void> =>
      putDead({ MessageBody, MessageGroupId, MessageDeduplicationId: randomUUID() }),
    /** Moves a job as SQS does: in the group of its conversation, without a reason. */
    moveToDead: (job: WebhookJob): Promise<void> => putDead(toJobMessage(job)),
    /** Reverses the order of the groups. */
    mixUpDead: async (): Promise<void> => {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({ QueueUrl: deadLettersUrl, MaxNumberOfMessages: 10 }),
      );
      for (const { ReceiptHandle } of Messages.reverse()) {
        const QueueUrl = deadLettersUrl;
        await client.send(
          new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }),
        );
      }
    },
    list: async (): Promise<DeadLetter[]> => {
      const letters: DeadLetter[] = [];
      await readDeadLetters(async (letter) => {
        letters.push(letter);
      });
      return letters;
    },
    redrive: async (
      isWanted: (job: WebhookJob | undefined) => boolean = () => true,
      changed: Partial<Ports> = {},
    ): Promise<Reported[]> => {
      const reported: Reported[] = [];
      const redriveJobs = makeRedriveJobs({ ...ports, ...changed });
      const isWantedLetter = ({ job }: DeadLetter<WebhookJob>) => isWanted(job);
      await redriveJobs(isWantedLetter, ({ job }, result: RedriveResult) => {
        const reason = result.status === "failed" ? `: ${result.reason}` : "";
        reported.push([job?.event.data.msgUID, `${result.status}${reason}`]);
      });
      return reported;
    },
    /** Receives jobs and does not finish them until SQS gives them up. */
    wearOut: async (): Promise<void> => {
      for (let time = 0; time <= maxReceives; time += 1) {
        for (const { ReceiptHandle } of await receive())
          await client.send(
            new ChangeMessageVisibilityCommand({ QueueUrl: queueUrl, ReceiptHandle, VisibilityTimeout: 0 }),
          );
      }
    },
    /** Receives what is in the jobs' queue, in its order. */
    takeJobs: async (): Promise<WebhookJob[]> => {
      const jobs: WebhookJob[] = [];
      for (;;) {
        const messages = await receive();
        if (messages.length === 0) return jobs;
        for (const { Body = "", ReceiptHandle } of messages) {
          jobs.push(parseWebhookJob(Body));
          await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
        }
      }
    },
    close: async (): Promise<void> => {
      await table.close();
      for (const QueueUrl of [queueUrl, deadLettersUrl])
        await client.send(new DeleteQueueCommand({ QueueUrl }));
      client.destroy();
      await sqs.close();
    },
  };
};

export type TestQueues = Awaited<ReturnType<typeof startQueues>>;

export const uidsOf = (letters: readonly { readonly job?: WebhookJob | DeadLetter["job"] | undefined }[]) =>
  letters.map(({ job }) => job?.event.data.msgUID);
