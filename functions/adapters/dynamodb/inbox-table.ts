import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";
import { type AppSecrets, type AppWithKeys, requireApp } from "#adapters/secrets/app-secrets.ts";
import { seal, unseal } from "#adapters/secrets/key-cipher.ts";
import { withDataKeysOf } from "#adapters/secrets/with-data-keys-of.ts";
import { jobEvent } from "#adapters/sqs/job-message.ts";
import { type InboxId, type InboxMessage, type InboxStore, inboxIdOf } from "#core/jobs/inbox.ts";
import type { TurnJob } from "#core/jobs/job.ts";
import { conditionMet } from "./conditional-write.ts";
import { ttlOf } from "./expiry.ts";
import type { TablePorts } from "./table-ports.ts";

export interface InboxTablePorts extends Omit<TablePorts, "clock"> {
  readonly apps: AppSecrets;
}

const hourMs = 60 * 60_000;
/** How long an inbox is kept, in milliseconds: its hour, and longer than a job is tried. */
const keptMs = 3 * hourMs;
/** Together below DynamoDB's 400 KB for an item. */
const maxMessages = 64;
const maxEventLength = 4_000;

const storedMessage = v.object({
  sealed: v.string(),
  acceptedAt: v.number(),
  takenBy: v.optional(v.string()),
});
const inboxRecord = v.object({ messages: v.record(v.string(), storedMessage), expiresAt: v.number() });
const sealedEvent = v.pipe(v.string(), v.parseJson(), jobEvent);

const hourOf = (time: number): number => Math.floor(time / hourMs);

/** As JSON, since ids may contain any separator. Each hour has an item of its own: one that grew with each message would never end. */
export const inboxKeyOf = ({ acceptedAt, ...id }: InboxId) => {
  const { appKey, botUserId, integrationType, channelType, toUserId, fromUserId } = id;
  const parts = [appKey, botUserId, integrationType, channelType, toUserId, fromUserId, hourOf(acceptedAt)];
  return { guard: `inbox#${JSON.stringify(parts)}` };
};
const keyOf = (job: TurnJob) => inboxKeyOf(inboxIdOf(job));

/** The keys of the guards that have the messages of a job's sender. */
export const inboxKeysOf = (job: TurnJob) => (job.merges ? [keyOf(job)] : []);

export interface ReadInbox {
  readonly apps: AppSecrets;
  readonly app: AppWithKeys;
  /** The guards with the keys of the job, as far as they exist. */
  readonly items: readonly Record<string, unknown>[];
  readonly job: TurnJob;
  readonly now: number;
}

export const messagesIn = async ({
  apps,
  app,
  items,
  job,
  now,
}: ReadInbox): Promise<readonly InboxMessage[]> => {
  const { guard } = keyOf(job);
  const item = items.find((each) => each.guard === guard);
  if (!item) return [];
  const { messages, expiresAt } = parseRecord(inboxRecord, item, "an inbox");
  if (expiresAt <= now) return [];
  const stored = Object.entries(messages);
  const texts = stored.map(([, { sealed }]) => sealed);
  const { dataKeys } = await withDataKeysOf(apps, app, texts);
  return stored.map(([msgUID, { sealed, ...message }]) => ({
    ...message,
    event: parseRecord(sealedEvent, unseal(dataKeys, sealed, [guard, msgUID]), "a message of an inbox"),
  }));
};

/** Inboxes, in the guards table: one item each, with the messages by their ids, each encrypted and bound to both. */
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
      const text = JSON.stringify(job.event);
      if (text.length > maxEventLength) return;
      const { msgUID } = job.event.data;
      const { dataKeys } = apps.lastKnown(job.appKey) ?? (await requireApp(apps.find(job.appKey)));
      const sealed = seal(dataKeys, text, [keyOf(job).guard, msgUID]);
      const message = { sealed, acceptedAt: job.acceptedAt };
      const append = () =>
        update(
          job,
          "SET messages.#id = if_not_exists(messages.#id, :message)",
          "attribute_exists(messages) AND size(messages) < :max",
          { "#id": msgUID },
          { ":message": message, ":max": maxMessages },
        );
      const expiresAt = job.acceptedAt + keptMs;
      const begin = () =>
        update(
          job,
          "SET version = :version, expiresAt = :until, #ttl = :ttl, messages = :messages",
          "attribute_not_exists(messages)",
          { "#ttl": "ttl" },
          {
            ":version": 1,
            ":until": expiresAt,
            ":ttl": ttlOf(expiresAt),
            ":messages": { [msgUID]: message },
          },
        );
      // Another message may begin it at the same time.
      if (!(await append()) && !(await begin())) await append();
    },
    take: (job, msgUIDs) => {
      const names = Object.fromEntries(msgUIDs.map((msgUID, at) => [`#m${at}`, msgUID]));
      const placeholders = Object.keys(names);
      return update(
        job,
        `SET ${placeholders.map((name) => `messages.${name}.takenBy = :by`).join(", ")}`,
        placeholders
          .map(
            (name) => `attribute_exists(messages.${name}) AND attribute_not_exists(messages.${name}.takenBy)`,
          )
          .join(" AND "),
        names,
        { ":by": job.event.data.msgUID },
      );
    },
  };
};
