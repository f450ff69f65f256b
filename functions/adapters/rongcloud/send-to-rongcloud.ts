import type { IncomingHttpHeaders } from "node:http";
import * as v from "valibot";
import { withoutTrailingSlashes } from "#adapters/http/base-url.ts";
import { HttpFailure, type SendHttp } from "#adapters/http/http-client.ts";
import { readText } from "#adapters/http/read-text.ts";
import { requireApp } from "#adapters/secrets/app-secrets.ts";
import type { App, AppDirectory } from "#core/bot/app.ts";
import type { Clock } from "#core/shared/clock.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { startTimeLimit } from "#core/shared/time-limit.ts";
import { newNonce, signCall } from "./sign-call.ts";
import { imNoncePrefix } from "./signature.ts";

/** Each data center has a primary host `api…` and a backup host `api-b…` (docs/spec/rongcloud.md, section 10). */
const primaryHost = /^api(\.(?:rong-api|(?:sg|sg-b|us|sau)-light-api)\.com)$/;
const backupHost = /^api-b(\.(?:rong-api|(?:sg|sg-b|us|sau)-light-api)\.com)$/;

/** The URLs to try, preferred first: the configured one and, for RongCloud's own hosts, its counterpart. */
export const rongcloudUrls = (apiUrl: string): readonly [string, ...string[]] => {
  const url = new URL(apiUrl);
  const counterpart = primaryHost.test(url.hostname)
    ? url.hostname.replace(primaryHost, "api-b$1")
    : url.hostname.replace(backupHost, "api$1");
  if (counterpart === url.hostname) return [apiUrl];
  url.hostname = counterpart;
  return [apiUrl, url.href];
};

/** Environment variables of every function that calls RongCloud. */
export const rongcloudEnv = {
  RONGCLOUD_API_URL: v.pipe(v.string(), v.url(), v.transform(rongcloudUrls)),
};

export interface RongCloudPorts {
  readonly sendHttp: SendHttp;
  readonly apps: AppDirectory & {
    /** Reads the secret again first. */
    findFresh(appKey: string): Promise<App | undefined>;
  };
  readonly clock: Clock;
  /** Such as `https://api.rong-api.com`, preferred first. */
  readonly apiUrls: readonly [string, ...string[]];
}

export interface RongCloudRequest {
  readonly appKey: string;
  readonly method: "GET" | "POST";
  /** Including the query, if any. */
  readonly path: string;
  readonly contentType: string;
  readonly body: string;
  /** Of the call that is forwarded. */
  readonly requestId?: string | undefined;
}

export interface RongCloudResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

const connectMs = 2_000;
/** For the whole call: connection, response headers and body. */
const callTimeoutMs = 10_000;
/** If RongCloud refuses the newest App Secret too, the secret is not read again for each call. */
const minSecretAgeMs = 5_000;

const toBridgeError = (error: unknown, isAborted: boolean): BridgeError => {
  const reason = error instanceof HttpFailure ? error.message : "the response was cut off";
  const timedOut = isAborted || (error instanceof HttpFailure && error.kind === "timeout");
  return new BridgeError(
    timedOut ? "upstream_timeout" : "upstream_unavailable",
    `the IM: ${timedOut ? "timeout" : reason}`,
    { retryable: true, uncertain: !(error instanceof HttpFailure) || error.connected, cause: error },
  );
};

/**
 * Sends a call to RongCloud, signed with the app's secret. It keeps using the host that answers. If that host fails, later calls
 * go to the other one, and so does this call unless the failed host may have received it.
 * Rejects with a BridgeError if there is no response: `uncertain` if the call may have been executed.
 */
export const makeSendToRongCloud = ({ sendHttp, apps, clock, apiUrls }: RongCloudPorts) => {
  let current = 0;

  let secretReadAt = Number.NEGATIVE_INFINITY;
  let rereading: Promise<unknown> | undefined;

  const sendSigned = async (
    secret: string,
    apiUrl: string,
    { appKey, method, path, contentType, body, requestId }: RongCloudRequest,
    maxReplyBytes: number,
  ): Promise<RongCloudResponse> => {
    const limit = startTimeLimit(clock, callTimeoutMs);
    try {
      const response = await sendHttp({
        method,
        url: new URL(`${withoutTrailingSlashes(apiUrl)}${path}`),
        headers: {
          ...signCall({ appKey, secret }, clock.now(), newNonce(imNoncePrefix)),
          "content-type": contentType,
          ...(requestId !== undefined && { "x-request-id": requestId }),
        },
        body,
        connectMs,
        headMs: callTimeoutMs,
        signal: limit.signal,
      });
      const text = await readText(response.body, maxReplyBytes);
      return { status: response.status, headers: response.headers, text };
    } catch (error) {
      throw toBridgeError(error, limit.isExpired);
    } finally {
      limit.end();
    }
  };

  /** The newest App Secret if it is another one. */
  const changedSecret = async (appKey: string, used: string): Promise<string | undefined> => {
    if (clock.now() - secretReadAt >= minSecretAgeMs) {
      secretReadAt = clock.now();
      rereading = apps.findFresh(appKey).catch(() => undefined);
    }
    // Several calls are refused at the same time.
    await rereading;
    const [newest] = apps.lastKnown(appKey)?.secrets ?? [];
    return newest === used ? undefined : newest;
  };

  const sendTo = async (
    apiUrl: string,
    request: RongCloudRequest,
    maxReplyBytes: number,
  ): Promise<RongCloudResponse> => {
    const { appKey } = request;
    // The app was already read when the turn began, so no chunk waits for Secrets Manager.
    const { secrets } = apps.lastKnown(appKey) ?? (await requireApp(apps.find(appKey)));
    const response = await sendSigned(secrets[0], apiUrl, request, maxReplyBytes);
    if (response.status !== 401) return response;
    // RongCloud accepts the old App Secret until it sees the new one, which another process may have sent already.
    const newest = await changedSecret(appKey, secrets[0]);
    return newest === undefined ? response : sendSigned(newest, apiUrl, request, maxReplyBytes);
  };

  return async (request: RongCloudRequest, maxReplyBytes: number): Promise<RongCloudResponse> => {
    const urlAt = (n: number): string => apiUrls[n % apiUrls.length] ?? apiUrls[0];
    const index = current;
    try {
      return await sendTo(urlAt(index), request, maxReplyBytes);
    } catch (error) {
      const isDown = error instanceof BridgeError && error.retryable;
      // Of several concurrent failures, only the first switches the host.
      if (isDown && current === index) current += 1;
      if (!isDown || error.uncertain || apiUrls.length === 1) throw error;
      return sendTo(urlAt(index + 1), request, maxReplyBytes);
    }
  };
};
