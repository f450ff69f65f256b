import * as v from "valibot";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { flag } from "#adapters/node/environment.ts";
import type { ForwardCall } from "#core/intake/forward-call.ts";
import { makeForwardCall } from "./forward-call.ts";
import { type RongCloudPorts, rongcloudEnv } from "./send-to-rongcloud.ts";

/** Environment variables of every function that forwards calls if RongCloud is behind the bridge. */
export const passThroughEnv = { ...rongcloudEnv, PASS_THROUGH: flag };

const environment = v.object(passThroughEnv);

export interface PassThroughPorts extends Pick<RongCloudPorts, "apps" | "clock"> {
  readonly env: v.InferOutput<typeof environment>;
}

/** Undefined if there is no real IM. */
export const openPassThrough = ({ env, apps, clock }: PassThroughPorts): ForwardCall | undefined => {
  if (!env.PASS_THROUGH) return undefined;
  const sendHttp = makeHttpClient({ publicOnly: false, clock });
  return makeForwardCall({ sendHttp, apps, clock, apiUrls: env.RONGCLOUD_API_URL });
};
