import type { SQSRecord } from "aws-lambda";
import { parseTurnJob } from "../adapters/sqs/turn-job-message.ts";
import type { JobHold } from "../core/job-hold.ts";
import type { Log } from "../core/log.ts";
import type { JobFate, RunTurnJob } from "../core/run-turn-job.ts";

export interface TakeRecordPorts {
  readonly runTurnJob: RunTurnJob;
  readonly holdOn: (record: SQSRecord) => JobHold;
  readonly log: Log;
}

/** A newer version's job comes to an older worker while a deployment is shifted or rolled back. */
const unreadablePauseMs = 60_000;

/** Runs the job that a message carries. One that cannot be read waits for a worker that can, or for the dead letters. */
export const makeTakeRecord =
  ({ runTurnJob, holdOn, log }: TakeRecordPorts) =>
  async (record: SQSRecord, deadline: number): Promise<JobFate> => {
    const hold = holdOn(record);
    try {
      return await runTurnJob(parseTurnJob(record.body), hold, deadline);
    } catch (error) {
      log.error("job_unreadable", { messageId: record.messageId, tries: hold.tries, reason: String(error) });
      await hold.holdFor(unreadablePauseMs);
      return "again";
    }
  };
