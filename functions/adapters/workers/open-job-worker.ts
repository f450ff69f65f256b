import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type * as v from "valibot";
import { makeJobsTable } from "#adapters/dynamodb/jobs-table.ts";
import { makeSlotsTable } from "#adapters/dynamodb/slots-table.ts";
import { makeStoryAttributes } from "#adapters/dynamodb/story-attributes.ts";
import { nonEmptyString, nonNegativeInteger, positiveInteger } from "#adapters/node/environment.ts";
import type { AppSecrets } from "#adapters/secrets/app-secrets.ts";
import { makePseudonymOf } from "#adapters/secrets/user-pseudonym.ts";
import { makeReportJob, type ReportJob } from "#core/jobs/job-report.ts";
import { type AcquireJobSlots, makeAcquireJobSlots } from "#core/jobs/job-slots.ts";
import type { JobStore } from "#core/jobs/job-store.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Log } from "#core/shared/log.ts";
import type { Metrics } from "#core/shared/metrics.ts";
import { makeAcquireSlots, type SlotChannel } from "#core/shared/slots.ts";

/** Environment variables of every function that runs jobs. */
export const jobWorkerEnv = {
  TURNS_TABLE: nonEmptyString,
  TURN_STORY_DAYS: nonNegativeInteger,
  GUARDS_TABLE: nonEmptyString,
  SLOTS_PER_APP: positiveInteger,
  SLOTS_PER_BOT: positiveInteger,
};

export interface JobWorkerPorts {
  readonly env: v.InferOutput<v.ObjectSchema<typeof jobWorkerEnv, undefined>>;
  readonly client: DynamoDBDocumentClient;
  readonly apps: AppSecrets;
  readonly channel: SlotChannel;
  /** Undefined: users have no limit of their own. */
  readonly slotsPerUser?: number;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
}

export interface JobWorker {
  readonly jobs: JobStore;
  readonly acquireSlots: AcquireJobSlots;
  readonly report: ReportJob;
}

/** The parts that every function that runs jobs shares: the jobs' records, their slots, and the report of their end. */
export const openJobWorker = ({
  env,
  client,
  apps,
  channel,
  slotsPerUser,
  metrics,
  clock,
  log,
}: JobWorkerPorts): JobWorker => {
  const stories = makeStoryAttributes({ apps, clock, days: env.TURN_STORY_DAYS });
  const slots = makeSlotsTable({ client, tableName: env.GUARDS_TABLE, clock, random: Math.random });
  return {
    jobs: makeJobsTable({ client, tableName: env.TURNS_TABLE, clock, stories }),
    acquireSlots: makeAcquireJobSlots({
      acquireSlots: makeAcquireSlots({ store: slots, channel, clock, metrics, log }),
      channel,
      limits: {
        perApp: env.SLOTS_PER_APP,
        perBot: env.SLOTS_PER_BOT,
        ...(slotsPerUser !== undefined && { perUser: slotsPerUser }),
      },
    }),
    report: makeReportJob({ log, metrics, clock, pseudonymOf: makePseudonymOf(apps) }),
  };
};
