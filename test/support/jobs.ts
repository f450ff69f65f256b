import type { DeadLetters, Epitaph, Job, TurnJob, WebhookJob } from "#core/jobs/job.ts";
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

export interface Graveyard extends DeadLetters {
  readonly buried: (Epitaph & { readonly job: Job })[];
}

export const makeGraveyard = (): Graveyard => {
  const buried: Graveyard["buried"] = [];
  return { buried, bury: async (job, epitaph) => void buried.push({ job, ...epitaph }) };
};
