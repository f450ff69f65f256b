import * as v from "valibot";
import { parseEnvironment, text } from "../adapters/node/environment.ts";
import { signedCallersEnv } from "../adapters/rongcloud/signed-callers.ts";

export const readEnv = () =>
  parseEnvironment(
    v.object({
      BOTS_TABLE: text,
      ...signedCallersEnv,
      TURNS_QUEUE_URL: text,
    }),
  );
