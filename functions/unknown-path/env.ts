import * as v from "valibot";
import { flag, parseEnvironment } from "#adapters/node/environment.ts";
import { rongcloudEnv } from "#adapters/rongcloud/send-to-rongcloud.ts";
import { signedCallersEnv } from "#adapters/rongcloud/signed-callers.ts";

export const readEnv = () =>
  parseEnvironment(v.object({ ...signedCallersEnv, ...rongcloudEnv, PASS_THROUGH: flag }));
