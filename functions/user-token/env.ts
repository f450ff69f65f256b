import * as v from "valibot";
import { count, flag, parseEnvironment } from "#adapters/node/environment.ts";
import { rongcloudEnv } from "#adapters/rongcloud/send-to-rongcloud.ts";
import { signedCallersEnv } from "#adapters/rongcloud/signed-callers.ts";
import { longestTokenHours } from "#core/chat/chat-user.ts";

export const readEnv = () =>
  parseEnvironment(
    v.object({
      ...signedCallersEnv,
      ...rongcloudEnv,
      PASS_THROUGH: flag,
      USER_TOKEN_HOURS: v.pipe(count, v.maxValue(longestTokenHours)),
    }),
  );
