import type { DeadLetterCause, DeadLetters, Job, TurnJob, WebhookJob } from "#core/jobs/job.ts";
import { messageEvent } from "./turns.ts";

export const webhookJob = (given: Partial<WebhookJob> = {}): WebhookJob => ({
  appKey: "app-one",
  botUserId: "bot-helpdesk",
  integrationType: "webhook",
  event: messageEvent(),
  acceptedAt: Date.UTC(2026, 0, 1),
  ...given,
});

export const turnJob = (given: Partial<TurnJob> = {}): TurnJob => ({
  ...webhookJob(),
  integrationType: "dify_chatflow",
  ...given,
});

export interface MemoryDeadLetters extends DeadLetters {
  readonly added: (DeadLetterCause & { readonly job: Job })[];
}

export const makeMemoryDeadLetters = (): MemoryDeadLetters => {
  const added: MemoryDeadLetters["added"] = [];
  return { added, add: async (job, cause) => void added.push({ job, ...cause }) };
};
