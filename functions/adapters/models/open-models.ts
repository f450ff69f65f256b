import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type * as v from "valibot";
import { makeBotsTable } from "#adapters/dynamodb/bots-table.ts";
import { makeConversationsTable } from "#adapters/dynamodb/conversations-table.ts";
import { flag, nonEmptyString } from "#adapters/node/environment.ts";
import type { AppSecrets } from "#adapters/secrets/app-secrets.ts";
import { appSecretsEnv, openAppSecrets } from "#adapters/secrets/open-app-secrets.ts";
import type { Models } from "#core/answer/model.ts";
import type { BotStore } from "#core/bot/bot.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Log } from "#core/shared/log.ts";
import type { ConversationStore } from "#core/turn/conversation.ts";
import { makeModels } from "./make-models.ts";

/** Environment variables of every function that calls models. */
export const modelsEnv = {
  BOTS_TABLE: nonEmptyString,
  CONVERSATIONS_TABLE: nonEmptyString,
  ...appSecretsEnv,
  ALLOW_PRIVATE_CALLBACKS: flag,
};

export interface OpenModelsPorts {
  readonly env: v.InferOutput<v.ObjectSchema<typeof modelsEnv, undefined>>;
  readonly client: DynamoDBDocumentClient;
  readonly clock: Clock;
  readonly log: Log;
}

export interface OpenedModels {
  readonly apps: AppSecrets;
  readonly bots: BotStore;
  readonly conversations: ConversationStore;
  readonly models: Models;
}

/** The models, and the stores of the bots that use them and of their conversations. */
export const openModels = async ({ env, client, clock, log }: OpenModelsPorts): Promise<OpenedModels> => {
  const apps = await openAppSecrets({ env, clock, log });
  return {
    apps,
    bots: makeBotsTable({ client, tableName: env.BOTS_TABLE, apps, clock }),
    conversations: makeConversationsTable({ client, tableName: env.CONVERSATIONS_TABLE, apps, clock, log }),
    models: makeModels({ clock, allowPrivate: env.ALLOW_PRIVATE_CALLBACKS }),
  };
};
