import { createHash } from "node:crypto";
import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";
import { currentTrace, type Trace } from "#adapters/node/trace.ts";
import { commandNames } from "#core/bot/commands.ts";
import { eventTypes } from "#core/bot/event-type.ts";
import { type IntegrationType, type ModelType, modelTypes } from "#core/bot/integration-types.ts";
import { type Job, jobIdOf, jobKeyOf, type TurnJob, type WebhookJob } from "#core/jobs/job.ts";
import { channelTypes } from "#core/message/message-event.ts";

/** The event of a job, as it is stored. */
export const jobEvent = v.object({
  type: v.picklist(eventTypes),
  timestamp: v.number(),
  data: v.object({
    fromUserId: v.string(),
    toUserId: v.string(),
    objectName: v.string(),
    content: v.string(),
    channelType: v.picklist(channelTypes),
    msgTimestamp: v.number(),
    msgUID: v.string(),
    source: v.exactOptional(v.string()),
  }),
});

const jobMessage = <T extends readonly IntegrationType[]>(types: T) =>
  v.pipe(
    v.object({
      /** The version of this format. A worker may receive jobs that the previous version sent. */
      version: v.literal(1),
      appKey: v.string(),
      botUserId: v.string(),
      integrationType: v.picklist(types),
      event: jobEvent,
      acceptedAt: v.number(),
      sharesContext: v.exactOptional(v.boolean()),
      command: v.exactOptional(v.picklist(commandNames)),
      merges: v.exactOptional(v.boolean()),
      more: v.exactOptional(v.array(jobEvent)),
      check: v.exactOptional(
        v.object({
          pauseId: v.string(),
          since: v.number(),
          until: v.number(),
          round: v.number(),
          sentAt: v.number(),
          nextAt: v.number(),
        }),
      ),
      redrivenAt: v.exactOptional(v.number()),
    }),
    v.transform(({ version: _version, ...job }) => job),
  );

const turnJobMessage = v.pipe(v.string(), v.parseJson(), jobMessage<readonly ModelType[]>(modelTypes));
const webhookJobMessage = v.pipe(v.string(), v.parseJson(), jobMessage(["webhook"]));

/** @throws BridgeError `internal` if the body is not a turn job. */
export const parseTurnJob = (body: string): TurnJob => parseRecord(turnJobMessage, body, "a turn job");

/** @throws BridgeError `internal` if the body is not a webhook job. */
export const parseWebhookJob = (body: string): WebhookJob =>
  parseRecord(webhookJobMessage, body, "a webhook job");

/** SQS rejects these two characters in a body; in JSON they can be escaped. */
const escapeNoncharacters = (json: string): string =>
  json.replace(/[\uFFFE\uFFFF]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`);

const sha256 = (parts: readonly (string | number | null | undefined)[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex");

/** What a message has in addition to its job. */
const messageTrace = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ trace: v.object({ requestId: v.string(), traceId: v.string() }) }),
);

/** The trace of the request that sent a message. Messages of redriven jobs, and of the previous version, have none. */
export const traceOfMessage = (body: string): Trace | undefined => {
  const parsed = v.safeParse(messageTrace, body);
  return parsed.success ? parsed.output.trace : undefined;
};

export interface JobMessage {
  readonly MessageBody: string;
  readonly MessageGroupId: string;
  readonly MessageDeduplicationId: string;
}

/**
 * The SQS message of a job. The group is the conversation, whose jobs run in order; a check of a paused answer has a group of
 * its own, so that the conversation's messages need not wait for it. Both ids are hashes, as SQS allows 128 ASCII
 * characters and user ids may contain any. A redriven job gets a new deduplication id, as SQS would otherwise drop it for five
 * minutes.
 */
export const toJobMessage = (job: Job): JobMessage => {
  const { appKey, botUserId, integrationType, event, check, redrivenAt, sharesContext } = job;
  const { fromUserId, toUserId, channelType } = event.data;
  const speaker = sharesContext === true ? null : fromUserId;
  const jobKey = jobKeyOf(jobIdOf(job));
  return {
    MessageBody: escapeNoncharacters(JSON.stringify({ version: 1, ...job, trace: currentTrace() })),
    MessageGroupId: check
      ? sha256([jobKey])
      : sha256([appKey, botUserId, integrationType, channelType, toUserId, speaker]),
    MessageDeduplicationId: sha256([jobKey, redrivenAt, ...(check ? [check.round] : [])]),
  };
};
