import { createHash } from "node:crypto";
import { type JobId, jobKeyOf } from "#core/jobs/job.ts";

/** The `webhook-id` of a job: the same at each try, also after a redrive, so that the receiver tells a repetition. */
export const webhookIdOf = (id: JobId): string =>
  `msg_${createHash("sha256").update(jobKeyOf(id)).digest("base64url").slice(0, 32)}`;
