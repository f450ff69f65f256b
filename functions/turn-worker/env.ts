import * as v from "valibot";
import { flag, parseEnvironment, text } from "#adapters/node/environment.ts";
import { rongcloudEnv } from "#adapters/rongcloud/send-to-rongcloud.ts";
import { appSecretsEnv } from "#adapters/secrets/open-app-secrets.ts";

export const readEnv = () =>
  parseEnvironment(
    v.object({
      BOTS_TABLE: text,
      CONVERSATIONS_TABLE: text,
      TURNS_TABLE: text,
      ...appSecretsEnv,
      ...rongcloudEnv,
      TURNS_QUEUE_URL: text,
      DEAD_LETTERS_URL: text,
      ALLOW_PRIVATE_CALLBACKS: flag,
    }),
  );
