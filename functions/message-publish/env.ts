import * as v from "valibot";
import { messageDoorEnv } from "#adapters/messages/message-door.ts";
import { flag, parseEnvironment } from "#adapters/node/environment.ts";
import { rongcloudEnv } from "#adapters/rongcloud/send-to-rongcloud.ts";
import { signedCallersEnv } from "#adapters/rongcloud/signed-callers.ts";

export const readEnv = () =>
  parseEnvironment(v.object({ ...messageDoorEnv, ...signedCallersEnv, ...rongcloudEnv, PASS_THROUGH: flag }));
