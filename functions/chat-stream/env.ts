import * as v from "valibot";
import { corsEnv } from "#adapters/api-gateway/cors.ts";
import { userLimitsEnv } from "#adapters/dynamodb/user-guard.ts";
import { flag, parseEnvironment, text } from "#adapters/node/environment.ts";
import { appSecretsEnv } from "#adapters/secrets/open-app-secrets.ts";

export const readEnv = () =>
  parseEnvironment(
    v.object({
      BOTS_TABLE: text,
      CONVERSATIONS_TABLE: text,
      TURNS_TABLE: text,
      GUARDS_TABLE: text,
      ...appSecretsEnv,
      ALLOW_PRIVATE_CALLBACKS: flag,
      ...userLimitsEnv,
      ...corsEnv,
    }),
  );
