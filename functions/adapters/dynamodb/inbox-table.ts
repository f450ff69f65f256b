import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";
import { type AppSecrets, type AppWithKeys, requireApp } from "#adapters/secrets/app-secrets.ts";
import { seal, unseal } from "#adapters/secrets/key-cipher.ts";
import { withDataKeysOf } from "#adapters/secrets/with-data-keys-of.ts";
import { jobEvent } from "#adapters/sqs/job-message.ts";
import { type InboxId, type InboxMessage, type InboxStore, inboxIdOf } from "#core/jobs/inbox.ts";
import type { TurnJob } from "#core/jobs/job.ts";
import { withoutPreview } from "#core/message/message-file.ts";
import { conditionMet } from "./conditional-write.ts";
import { ttlOf } from "./expiry.ts";
import type { TablePorts } from "./table-ports.ts";

export interface InboxTablePorts extends Omit<TablePorts, "clock"> {
  readonly apps: AppSecrets;
}

/** The time that one inbox is for, in milliseconds. One for all time would grow with each message. */
const periodMs = 30 * 60_000;
/** How long an inbox is kept, in milliseconds: longer than a job is tried. */
const keptMs = 3 * 60 * 60_000;
/** Together well below DynamoDB's 400 KB for an item: each write costs as much as the item has KB. */
const maxMessages = 32;
/** In bytes. */
const maxSealedLength = 5_500;

/** Each message is an attribute of its own, so that the first needs no write more than others. */
const prefix = "message#";
const attributeOf = (msgUID: string): string => `${prefix}${msgUID}`;

const storedMessage = v.object({
  sealed: v.string(),
  acceptedAt: v.number(),
  takenBy: v.optional(v.string()),
});
const inboxRecord = v.looseObject({ expiresAt: v.number() });
const sealedEvent = v.pipe(v.string(), v.parseJson(), jobEvent);

/** As JSON, since ids may contain any separator. */
export const inboxKeyOf = ({ acceptedAt, ...id }: InboxId) => {
  const { appKey, botUserId, integrationType, channelType, toUserId, fromUserId } = id;
  const period = Math.floor(acceptedAt / periodMs);
  const parts = [appKey, botUserId, integrationType, channelType, toUserId, fromUserId, period];
  return { guard: `inbox#${JSON.stringify(parts)}` };
};
const keyOf = (job: TurnJob) => inboxKeyOf(inboxIdOf(job));

/** The keys of the guards that have the messages of a job's sender. */
export const inboxKeysOf = (job: TurnJob) => (job.merges && !job.check ? [keyOf(job)] : []);

export interface ReadInbox {
  readonly apps: AppSecrets;
  readonly app: AppWithKeys;
  /** The guards with the keys of the job, as far as they exist. */
  readonly items: readonly Record<string, unknown>[];
  readonly job: TurnJob;
  readonly now: number;
  /** Of a message that cannot be decrypted. */
  readonly onUnreadable: (error: unknown) => void;
}

/**
 * The messages of a job's sender. One that cannot be decrypted is left out, and asked by its own job. Rejects if the job has
 * taken it: then it has no other.
 */
export const messagesIn = async ({
  apps,
  app,
  items,
  job,
  now,
  onUnreadable,
}: ReadInbox): Promise<readonly InboxMessage[]> => {
  const { guard } = keyOf(job);
  const item = items.find((each) => each.guard === guard);
  if (!item) return [];
  if (parseRecord(inboxRecord, item, "an inbox").expiresAt <= now) return [];
  const stored = Object.entries(item).flatMap(([name, value]) =>
    name.startsWith(prefix)
      ? [{ msgUID: name.slice(prefix.length), ...parseRecord(storedMessage, value, "a message of an inbox") }]
      : [],
  );
  const texts = stored.map(({ sealed }) => sealed);
  const { dataKeys } = await withDataKeysOf(apps, app, texts);
  return stored.flatMap(({ msgUID, sealed, ...message }) => {
    try {
      const text = unseal(dataKeys, sealed, [guard, msgUID]);
      return [{ ...message, event: parseRecord(sealedEvent, text, "a message of an inbox") }];
    } catch (error) {
      if (message.takenBy === job.event.data.msgUID) throw error;
      onUnreadable(error);
      return [];
    }
  });
};

/** Inboxes, in the guards table: one item each, whose messages are each encrypted and bound to the key and its id. */
export const makeInboxTable = ({ client, tableName, apps }: InboxTablePorts): InboxStore => {
  const update = (
    job: TurnJob,
    expression: string,
    condition: string,
    names: Readonly<Record<string, string>>,
    values: Readonly<Record<string, unknown>>,
  ): Promise<boolean> =>
    conditionMet(
      client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: keyOf(job),
          UpdateExpression: expression,
          ConditionExpression: condition,
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: values,
        }),
      ),
    );

  return {
    add: async (job) => {
      const text = JSON.stringify(withoutPreview(job.event));
      const { msgUID } = job.event.data;
      const { dataKeys } = apps.lastKnown(job.appKey) ?? (await requireApp(apps.find(job.appKey)));
      const sealed = seal(dataKeys, text, [keyOf(job).guard, msgUID]);
      if (sealed.length > maxSealedLength) return;
      const message = { sealed, acceptedAt: job.acceptedAt };
      const expiresAt = job.acceptedAt + keptMs;
      await update(
        job,
        "SET version = :version, expiresAt = if_not_exists(expiresAt, :until), #ttl = if_not_exists(#ttl, :ttl), #id = :message ADD added :one",
        "attribute_not_exists(#id) AND (attribute_not_exists(added) OR added < :max)",
        { "#ttl": "ttl", "#id": attributeOf(msgUID) },
        {
          ":version": 1,
          ":until": expiresAt,
          ":ttl": ttlOf(expiresAt),
          ":message": message,
          ":one": 1,
          ":max": maxMessages,
        },
      );
    },
    take: (job, msgUIDs) => {
      const names = Object.fromEntries(msgUIDs.map((msgUID, at) => [`#m${at}`, attributeOf(msgUID)]));
      const placeholders = Object.keys(names);
      return update(
        job,
        `SET ${placeholders.map((name) => `${name}.takenBy = :by`).join(", ")}`,
        placeholders
          .map(
            (name) =>
              // Its own too: the SDK repeats a write whose response was lost.
              `attribute_exists(${name}) AND (attribute_not_exists(${name}.takenBy) OR ${name}.takenBy = :by)`,
          )
          .join(" AND "),
        names,
        { ":by": job.event.data.msgUID },
      );
    },
  };
};
