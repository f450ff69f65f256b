import { makeHttpClient } from "#adapters/http/http-client.ts";
import { makeRongCloudClient } from "#adapters/rongcloud/rongcloud-client.ts";
import { makeRongCloudMessages } from "#adapters/rongcloud/rongcloud-messages.ts";
import type { RongCloudPorts } from "#adapters/rongcloud/send-to-rongcloud.ts";
import { makeCloseOpenMessage } from "#core/im/close-open-message.ts";
import { withRefusalsLogged } from "#core/im/log-refusals.ts";
import type { OpenReceiverPorts } from "#core/jobs/open-receiver.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Log } from "#core/shared/log.ts";
import { makeReceiverFor } from "./receiver-for.ts";

export interface DeliveryPorts {
  readonly env: {
    readonly RONGCLOUD_API_URL: RongCloudPorts["apiUrls"];
    readonly IM_CALLS_PER_SECOND: number;
  };
  readonly apps: RongCloudPorts["apps"];
  readonly clock: Clock;
  readonly log: Log;
}

export type Delivery = Pick<OpenReceiverPorts, "receiverFor" | "closeOpenMessage">;

/** The delivery of answers to RongCloud. */
export const openDelivery = ({ env, apps, clock, log }: DeliveryPorts): Delivery => {
  const callRongCloud = makeRongCloudClient({
    sendHttp: makeHttpClient({ publicOnly: false, clock }),
    apps,
    clock,
    apiUrls: env.RONGCLOUD_API_URL,
  });
  const im = withRefusalsLogged({ im: makeRongCloudMessages(callRongCloud), log, clock });
  return {
    receiverFor: makeReceiverFor({ im, clock, imCallsPerSecond: env.IM_CALLS_PER_SECOND }),
    closeOpenMessage: makeCloseOpenMessage({ im, clock }),
  };
};
