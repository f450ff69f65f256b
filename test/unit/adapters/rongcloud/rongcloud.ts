import type { IncomingHttpHeaders, RequestListener, ServerResponse } from "node:http";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { systemClock } from "#adapters/node/system-clock.ts";
import { makeForwardCall } from "#adapters/rongcloud/forward-call.ts";
import { isSignedBy } from "#adapters/rongcloud/signature.ts";
import type { ForwardCall, ForwardedCall } from "#core/intake/forward-call.ts";
import { readBody } from "../../../../local/http-server.ts";
import { makeTestClock, type TestClock } from "../../../support/test-clock.ts";
import { withServer } from "../http/servers.ts";
import { app, appsOf } from "../secrets/apps.ts";

/** A call as RongCloud receives it. */
export interface ReceivedCall {
  readonly method: string | undefined;
  /** With its query. */
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export const newestSecret = "secret-of-app-one";

export const isSigned = ({ headers }: ReceivedCall): boolean =>
  headers["app-key"] === "app-one" &&
  isSignedBy([newestSecret], {
    nonce: String(headers.nonce),
    timestamp: String(headers.timestamp),
    signature: String(headers.signature),
  });

/** The pass-through to a server API as a function composes it, and its clock. */
export const passOnTo = (
  apiUrl: string,
): { readonly forwardCall: ForwardCall; readonly clock: TestClock } => {
  const clock = makeTestClock();
  const forwardCall = makeForwardCall({
    sendHttp: makeHttpClient({ publicOnly: false, clock: systemClock }),
    apps: appsOf(app({ secrets: [newestSecret, "secret-before"] })),
    clock,
    apiUrls: [apiUrl],
  });
  return { forwardCall, clock };
};

export interface RongCloud extends ReturnType<typeof passOnTo> {
  readonly url: string;
  readonly received: readonly ReceivedCall[];
  readonly connections: () => number;
}

export type Answer = (response: ServerResponse, received: ReceivedCall) => void;

export const answerWith =
  (status: number, contentType: string | undefined, body: string): Answer =>
  (response) =>
    void response
      .writeHead(status, contentType === undefined ? {} : { "content-type": contentType })
      .end(body);

/** Runs a test against a RongCloud of its own, which answers as it is told. */
export const withRongCloud = (
  answer: Answer,
  test: (rongcloud: RongCloud) => Promise<void>,
): (() => Promise<void>) => {
  const received: ReceivedCall[] = [];
  const listener: RequestListener = async (request, response) => {
    const { method, url: path, headers } = request;
    const call = { method, path, headers, body: await readBody(request) };
    received.push(call);
    answer(response, call);
  };
  return withServer(listener, ({ url, connections }) =>
    test({ url, connections, received, ...passOnTo(url) }),
  );
};

export const passedCall = (given: Partial<ForwardedCall> = {}): ForwardedCall => ({
  appKey: "app-one",
  method: "POST",
  path: "/user/info.json",
  contentType: "application/x-www-form-urlencoded",
  body: "userId=u7",
  requestId: "order-7",
  ...given,
});
