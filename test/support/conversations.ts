import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { makeConversationsTable } from "#adapters/dynamodb/conversations-table.ts";
import type { AppSecrets, AppWithKeys } from "#adapters/secrets/app-secrets.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { ConversationKey, ConversationStore } from "#core/turn/conversation.ts";
import { app } from "../unit/adapters/secrets/apps.ts";
import { type MemoryLog, makeMemoryLog } from "./memory-log.ts";

/** Every App Key has an app, all with the same keys. */
export const anyApp = (given: Partial<AppWithKeys> = {}): AppSecrets => ({
  find: async (appKey) => app({ appKey, ...given }),
  findFresh: async (appKey) => app({ appKey, ...given }),
  lastKnown: (appKey) => app({ appKey, ...given }),
});

interface Given {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly clock: Clock;
  readonly apps?: AppSecrets;
  readonly log?: MemoryLog;
}

export const conversationStore = ({
  apps = anyApp(),
  log = makeMemoryLog(),
  ...ports
}: Given): ConversationStore => makeConversationsTable({ ...ports, apps, log });

export const conversationKey = (given: Partial<ConversationKey> = {}): ConversationKey => ({
  appKey: "app-one",
  botUserId: "bot-helpdesk",
  integrationType: "dify_chat",
  channelType: "PERSON",
  targetId: "bot-helpdesk",
  senderId: "u7",
  ...given,
});
