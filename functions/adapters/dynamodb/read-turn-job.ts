import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { type AppSecrets, requireApp } from "#adapters/secrets/app-secrets.ts";
import { withDataKeysOf } from "#adapters/secrets/with-data-keys-of.ts";
import type { BotWithKeys } from "#core/bot/bot.ts";
import type { ReadTurnJob } from "#core/jobs/turn-run.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Log } from "#core/shared/log.ts";
import { makeBatchGetTables } from "./batch-get.ts";
import { sealedKeysOf, toOpenBot } from "./bot-record.ts";
import { inboxKeysOf, messagesIn } from "./inbox-table.ts";
import { stopIn, stopKeysOf } from "./job-stops.ts";
import { botKeyOf, parseBot } from "./read-bots.ts";

export interface ReadTurnJobPorts {
  readonly client: DynamoDBDocumentClient;
  readonly botsTable: string;
  readonly guardsTable: string;
  readonly apps: AppSecrets;
  readonly clock: Clock;
  readonly log: Log;
}

/** Reads the bot, what stops the job, and its sender's inbox in one call: every turn waits for it. */
export const makeReadTurnJob = ({
  client,
  botsTable,
  guardsTable,
  apps,
  clock,
  log,
}: ReadTurnJobPorts): ReadTurnJob => {
  const getTables = makeBatchGetTables({ client, clock });

  return async (job) => {
    const [app, items] = await Promise.all([
      requireApp(apps.find(job.appKey)),
      getTables(
        new Map<string, readonly Readonly<Record<string, string>>[]>([
          [botsTable, [botKeyOf(job.appKey, job.botUserId)]],
          [guardsTable, [...stopKeysOf(job), ...inboxKeysOf(job)]],
        ]),
      ),
    ]);
    const [item] = items.get(botsTable) ?? [];
    const openBot = async (): Promise<BotWithKeys | undefined> => {
      const record = item && parseBot(item);
      return record && toOpenBot(await withDataKeysOf(apps, app, sealedKeysOf(record)), record);
    };
    const guards = items.get(guardsTable) ?? [];
    const now = clock.now();
    const onUnreadable = (error: unknown): void =>
      log.error("inbox_unreadable", { app: job.appKey, bot: job.botUserId, reason: String(error) });
    const [bot, inbox] = await Promise.all([
      openBot(),
      messagesIn({ apps, app, items: guards, job, now, onUnreadable }),
    ]);
    return { bot, stop: stopIn(guards, job, now), inbox };
  };
};
