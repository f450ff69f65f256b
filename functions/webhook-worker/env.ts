import * as v from "valibot";
import { flag, parseEnvironment, text } from "#adapters/node/environment.ts";
import { appSecretsEnv } from "#adapters/secrets/open-app-secrets.ts";

export const readEnv = () =>
  parseEnvironment(
    v.object({
      BOTS_TABLE: text,
      TURNS_TABLE: text,
      ...appSecretsEnv,
      WEBHOOKS_QUEUE_URL: text,
      DEAD_LETTERS_URL: text,
      ALLOW_PRIVATE_CALLBACKS: flag,
    }),
  );
