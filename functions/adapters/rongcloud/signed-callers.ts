import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import { makeReplayGuard } from "../dynamodb/guards-table.ts";
import { count, text } from "../node/environment.ts";
import { type AppSecrets, makeAppSecrets } from "../secrets/app-secrets.ts";
import { makeSecretsClient } from "../secrets/secrets-client.ts";
import { makeVerifyCall, type VerifyCall } from "./verify-call.ts";

/** What a function that takes signed calls reads from its environment besides its own. */
export const signedCallersEnv = { GUARDS_TABLE: text, SECRET_ID: text, SIGNATURE_WINDOW_SECONDS: count };

export interface SignedCallersParts {
  readonly env: {
    readonly GUARDS_TABLE: string;
    readonly SECRET_ID: string;
    readonly SIGNATURE_WINDOW_SECONDS: number;
  };
  readonly client: DynamoDBDocumentClient;
  readonly clock: Clock;
  readonly log: Log;
}

/** The apps, and the check that a call is signed by one of them: the same for every function of the server API. */
export const makeSignedCallers = ({
  env,
  client,
  clock,
  log,
}: SignedCallersParts): { apps: AppSecrets; verifyCall: VerifyCall } => {
  const apps = makeAppSecrets({ client: makeSecretsClient(), secretId: env.SECRET_ID, clock, log });
  const replays = makeReplayGuard({ client, tableName: env.GUARDS_TABLE, clock });
  const windowMs = env.SIGNATURE_WINDOW_SECONDS * 1000;
  return { apps, verifyCall: makeVerifyCall({ apps, replays, clock, windowMs }) };
};
