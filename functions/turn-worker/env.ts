import * as v from "valibot";
import { count, flag, parseEnvironment, text } from "../adapters/node/environment.ts";

export const readEnv = () =>
  parseEnvironment(
    v.object({
      BOTS_TABLE: text,
      CONVERSATIONS_TABLE: text,
      TURNS_TABLE: text,
      SECRET_ID: text,
      RONGCLOUD_API_URL: v.pipe(v.string(), v.url()),
      TURN_LEASE_SECONDS: count,
      ALLOW_PRIVATE_CALLBACKS: flag,
    }),
  );
