import { type HttpRequest, makeHttpClient } from "#adapters/http/http-client.ts";
import { systemClock } from "#adapters/node/system-clock.ts";
import { makeRongCloudClient } from "#adapters/rongcloud/rongcloud-client.ts";
import { makeRongCloudMessages } from "#adapters/rongcloud/rongcloud-messages.ts";
import { type ImSimulator, startImSimulator } from "../../../../local/im/server.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { app, appsOf } from "../secrets/apps.ts";

export const appSecret = "secret-of-app-one";

/** A client of a server API, with everything that it sends. */
export const clientOf = (...apiUrls: [string, ...string[]]) => {
  const sendHttp = makeHttpClient({ publicOnly: false, clock: systemClock });
  const sent: HttpRequest[] = [];
  const callRongCloud = makeRongCloudClient({
    sendHttp: (request) => {
      sent.push(request);
      return sendHttp(request);
    },
    apps: appsOf(app({ secrets: [appSecret, "secret-before"] })),
    clock: makeTestClock(),
    apiUrls,
  });
  return { callRongCloud, sent, messages: makeRongCloudMessages(callRongCloud) };
};

/** Runs a test against an IM simulator of its own. */
export const withIm =
  (test: (im: ImSimulator, client: ReturnType<typeof clientOf>) => Promise<void>) =>
  async (): Promise<void> => {
    const im = await startImSimulator({ appKey: "app-one", appSecret });
    try {
      await test(im, clientOf(im.url));
    } finally {
      await im.close();
    }
  };
