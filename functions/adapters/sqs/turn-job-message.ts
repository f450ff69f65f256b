import { createHash } from "node:crypto";
import * as v from "valibot";
import { eventTypes } from "../../core/event-type.ts";
import { difyTypes } from "../../core/integration.ts";
import type { TurnJob } from "../../core/turn.ts";
import { parseRecord } from "../node/parse-record.ts";

const turnJobMessage = v.pipe(
  v.object({
    /** Of this form; a worker may meet jobs that the version before it sent. */
    version: v.literal(1),
    appKey: v.string(),
    botUserId: v.string(),
    integrationType: v.picklist(difyTypes),
    event: v.object({
      type: v.picklist(eventTypes),
      timestamp: v.number(),
      data: v.object({
        fromUserId: v.string(),
        toUserId: v.string(),
        objectName: v.string(),
        content: v.string(),
        channelType: v.picklist(["PERSON", "GROUP"]),
        msgTimestamp: v.number(),
        msgUID: v.string(),
        source: v.exactOptional(v.string()),
      }),
    }),
    acceptedAt: v.number(),
  }),
  v.transform(({ version: _version, ...job }): TurnJob => job),
);

/** @throws BridgeError `internal` for a body that is not a job of ours. */
export const parseTurnJob = (body: string): TurnJob =>
  parseRecord(v.pipe(v.string(), v.parseJson(), turnJobMessage), body, "a turn job");

/** SQS refuses these two, wherever they stand; within JSON they can be written as escapes. */
const escapeNoncharacters = (json: string): string =>
  json.replace(/[\uFFFE\uFFFF]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`);

const sha256 = (parts: readonly string[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex");

export interface TurnJobMessage {
  readonly MessageBody: string;
  readonly MessageGroupId: string;
  readonly MessageDeduplicationId: string;
}

/**
 * The message that carries a job. Group: one conversation, whose jobs go one after another. Both ids are hashed:
 * SQS takes 128 ASCII characters, user ids hold any.
 */
export const toTurnJobMessage = (job: TurnJob): TurnJobMessage => {
  const { appKey, botUserId, integrationType, event } = job;
  const { fromUserId, toUserId, channelType, msgUID } = event.data;
  return {
    MessageBody: escapeNoncharacters(JSON.stringify({ version: 1, ...job })),
    MessageGroupId: sha256([appKey, botUserId, integrationType, channelType, toUserId, fromUserId]),
    MessageDeduplicationId: sha256([appKey, botUserId, integrationType, event.type, msgUID]),
  };
};
