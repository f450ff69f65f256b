import * as v from "valibot";
import { messageDoorEnv } from "#adapters/messages/message-door.ts";
import { count, parseEnvironment } from "#adapters/node/environment.ts";
import { callbackEnv } from "#adapters/rongcloud/signed-callers.ts";

export const readEnv = () =>
  parseEnvironment(v.object({ ...messageDoorEnv, ...callbackEnv, BOT_CACHE_SECONDS: count }));
