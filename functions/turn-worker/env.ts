import * as v from "valibot";
import { flag, parseEnvironment, text } from "../adapters/node/environment.ts";

export const readEnv = () =>
  parseEnvironment(
    v.object({
      BOTS_TABLE: text,
      CONVERSATIONS_TABLE: text,
      TURNS_TABLE: text,
      SECRET_ID: text,
      RONGCLOUD_API_URL: v.pipe(v.string(), v.url()),
      TURNS_QUEUE_URL: text,
      ALLOW_PRIVATE_CALLBACKS: flag,
    }),
  );
