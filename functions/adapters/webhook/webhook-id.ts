import { createHash } from "node:crypto";
import type { JobId } from "../../core/job.ts";

/** The `webhook-id` of a job: the same at each try, also after a redrive, so that the receiver tells a repetition. */
export const webhookIdOf = ({ appKey, eventType, msgUID, fromUserId, botUserId }: JobId): string => {
  const parts = JSON.stringify([appKey, eventType, msgUID, fromUserId, botUserId]);
  return `msg_${createHash("sha256").update(parts).digest("base64url").slice(0, 32)}`;
};
