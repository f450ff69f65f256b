import { describe, expect, test } from "@jest/globals";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { systemClock } from "#adapters/node/system-clock.ts";
import { makeForwardCall } from "#adapters/rongcloud/forward-call.ts";
import { isSignedBy } from "#adapters/rongcloud/signature.ts";
import type { AppSecrets } from "#adapters/secrets/app-secrets.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { app, appsBehind } from "../secrets/apps.ts";
import { type Answer, passedCall, type ReceivedCall, withRongCloud } from "./rongcloud.ts";

const before = app({ secrets: ["old-secret"] });
const now = app({ secrets: ["new-secret", "old-secret"] });

const secretOf = ({ headers }: ReceivedCall): string | undefined =>
  ["new-secret", "old-secret"].find((secret) =>
    isSignedBy([secret], {
      nonce: String(headers.nonce),
      timestamp: String(headers.timestamp),
      signature: String(headers.signature),
    }),
  );

/** RongCloud after it has seen the new secret. */
const acceptsNew: Answer = (response, received) => {
  const isNew = secretOf(received) === "new-secret";
  response.writeHead(isNew ? 200 : 401).end(JSON.stringify({ code: isNew ? 200 : 1004 }));
};

const forwarderTo = (url: string, apps: AppSecrets) => {
  const clock = makeTestClock();
  const sendHttp = makeHttpClient({ publicOnly: false, clock: systemClock });
  return { clock, forwardCall: makeForwardCall({ sendHttp, apps, clock, apiUrls: [url] }) };
};

describe("a call that RongCloud refuses because the App Secret has changed", () => {
  test(
    "is made again with the new one by a process that has not read it yet",
    withRongCloud(acceptsNew, async ({ url, received }) => {
      const { apps, reads } = appsBehind(before, now);
      const { forwardCall } = forwarderTo(url, apps);
      expect(await forwardCall(passedCall())).toMatchObject({ status: 200 });
      expect(received.map(secretOf)).toEqual(["old-secret", "new-secret"]);
      expect(received.map(({ body }) => body.toString())).toEqual(["userId=u7", "userId=u7"]);
      expect(reads.count).toBe(1);
    }),
  );

  test(
    "is made again with the new one, also if others are refused at the same time",
    withRongCloud(acceptsNew, async ({ url }) => {
      const { apps, reads } = appsBehind(before, now);
      const { forwardCall } = forwarderTo(url, apps);
      const statuses = await Promise.all(
        [1, 2, 3].map(() => forwardCall(passedCall()).then(({ status }) => status)),
      );
      expect(statuses).toEqual([200, 200, 200]);
      expect(reads.count).toBe(1);
    }),
  );

  test(
    "is refused if there is no other secret, and the secret is read again once in five seconds at most",
    withRongCloud(acceptsNew, async ({ url, received }) => {
      const { apps, reads } = appsBehind(before, before);
      const { forwardCall, clock } = forwarderTo(url, apps);
      for (let call = 0; call < 3; call += 1)
        expect(await forwardCall(passedCall())).toMatchObject({ status: 401 });
      expect(reads.count).toBe(1);
      expect(received).toHaveLength(3);
      await clock.advance(5_000);
      await forwardCall(passedCall());
      expect(reads.count).toBe(2);
    }),
  );

  test(
    "is refused if the secret cannot be read",
    withRongCloud(acceptsNew, async ({ url }) => {
      const { apps } = appsBehind(before, now);
      const findFresh = () => Promise.reject(new Error("Secrets Manager is down"));
      const { forwardCall } = forwarderTo(url, { ...apps, findFresh });
      expect(await forwardCall(passedCall())).toMatchObject({ status: 401 });
    }),
  );
});
