import * as v from "valibot";
import { makeSignedApi } from "#adapters/api-gateway/signed-api.ts";
import { makeBotsTable } from "#adapters/dynamodb/bots-table.ts";
import { makeConversationsTable } from "#adapters/dynamodb/conversations-table.ts";
import { makeDocumentClient } from "#adapters/dynamodb/document-client.ts";
import { makePersonRecords } from "#adapters/dynamodb/person-records.ts";
import { makeStoriesTable } from "#adapters/dynamodb/stories-table.ts";
import { makeTokenRevocations } from "#adapters/dynamodb/token-revocations.ts";
import { makeUserProfilesTable } from "#adapters/dynamodb/user-profiles-table.ts";
import { makeModels } from "#adapters/models/make-models.ts";
import { flag, nonEmptyString, nonNegativeInteger, parseEnvironment } from "#adapters/node/environment.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { openCallVerifier, verifierEnv } from "#adapters/rongcloud/open-verifiers.ts";
import { makePseudonymOf } from "#adapters/secrets/user-pseudonym.ts";
import { makeErasePerson } from "#core/person/erase-person.ts";
import { makeExportPerson } from "#core/person/export-person.ts";
import { makeUserDataRoutes } from "./routes.ts";

const env = parseEnvironment(
  v.object({
    BOTS_TABLE: nonEmptyString,
    CONVERSATIONS_TABLE: nonEmptyString,
    TURNS_TABLE: nonEmptyString,
    TURN_STORY_DAYS: nonNegativeInteger,
    ALLOW_PRIVATE_CALLBACKS: flag,
    ...verifierEnv,
  }),
);
const log = makeJsonLog();
const client = makeDocumentClient();
const { apps, verifyCall } = await openCallVerifier({ env, client, clock, log });
const guards = { client, tableName: env.GUARDS_TABLE, clock };
const bots = makeBotsTable({ client, tableName: env.BOTS_TABLE, apps, clock });
const conversations = makeConversationsTable({
  client,
  tableName: env.CONVERSATIONS_TABLE,
  apps,
  clock,
  log,
});
const stories = makeStoriesTable({
  client,
  tableName: env.TURNS_TABLE,
  clock,
  apps,
  log,
  days: env.TURN_STORY_DAYS,
});
const models = makeModels({ clock, allowPrivate: env.ALLOW_PRIVATE_CALLBACKS });
const records = makePersonRecords({
  client,
  tables: { conversations: env.CONVERSATIONS_TABLE, turns: env.TURNS_TABLE, guards: env.GUARDS_TABLE },
  conversations,
  revocations: makeTokenRevocations(guards),
  clock,
});

export const handler = makeSignedApi(
  { verifyCall, log },
  makeUserDataRoutes({
    exportPerson: makeExportPerson({
      bots,
      models,
      stories,
      conversations,
      profiles: makeUserProfilesTable({ ...guards, apps }),
      clock,
    }),
    erasePerson: makeErasePerson({ bots, models, stories, records, clock }),
    pseudonymOf: makePseudonymOf(apps),
    clock,
  }),
);
