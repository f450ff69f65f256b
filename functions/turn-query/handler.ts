import * as v from "valibot";
import { makeSignedApi } from "#adapters/api-gateway/signed-api.ts";
import { makeDocumentClient } from "#adapters/dynamodb/document-client.ts";
import { makeStoriesTable } from "#adapters/dynamodb/stories-table.ts";
import { nonEmptyString, nonNegativeInteger, parseEnvironment } from "#adapters/node/environment.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { openCallVerifier, verifierEnv } from "#adapters/rongcloud/open-verifiers.ts";
import { makePseudonymOf } from "#adapters/secrets/user-pseudonym.ts";
import { makeTurnQueryRoutes } from "./routes.ts";

const env = parseEnvironment(
  v.object({ TURNS_TABLE: nonEmptyString, TURN_STORY_DAYS: nonNegativeInteger, ...verifierEnv }),
);
const log = makeJsonLog();
const client = makeDocumentClient();
const { apps, verifyCall } = await openCallVerifier({ env, client, clock, log });

export const handler = makeSignedApi(
  { verifyCall, log },
  makeTurnQueryRoutes({
    stories: makeStoriesTable({
      client,
      tableName: env.TURNS_TABLE,
      clock,
      apps,
      log,
      days: env.TURN_STORY_DAYS,
    }),
    clock,
    pseudonymOf: makePseudonymOf(apps),
  }),
);
