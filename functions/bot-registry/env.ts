import * as v from "valibot";
import { count, flag, parseEnvironment, text } from "#adapters/node/environment.ts";
import { signedCallersEnv } from "#adapters/rongcloud/signed-callers.ts";

export const readEnv = () =>
  parseEnvironment(
    v.object({
      BOTS_TABLE: text,
      ...signedCallersEnv,
      BOTS_PER_APP: count,
      ALLOW_PRIVATE_CALLBACKS: flag,
    }),
  );
