import type { IncomingHttpHeaders } from "node:http";
import * as v from "valibot";
import { HttpFailure, type SendHttp } from "#adapters/http/http-client.ts";
import { readText } from "#adapters/http/read-text.ts";
import type { AppDirectory } from "#core/bot/app.ts";
import type { Clock } from "#core/shared/clock.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { signCall } from "./sign-call.ts";

/** The backup of each data centre is told from its primary by two letters (docs/spec/rongcloud.md, section 10). */
const primaryHost = /^api(\.(?:rong-api|(?:sg|sg-b|us|sau)-light-api)\.com)$/;
const backupHost = /^api-b(\.(?:rong-api|(?:sg|sg-b|us|sau)-light-api)\.com)$/;

/** Where calls may go, the preferred first: RongCloud's hosts come in twos, any other stands alone. */
export const rongcloudUrls = (apiUrl: string): readonly [string, ...string[]] => {
  const url = new URL(apiUrl);
  const other = primaryHost.test(url.hostname)
    ? url.hostname.replace(primaryHost, "api-b$1")
    : url.hostname.replace(backupHost, "api$1");
  if (other === url.hostname) return [apiUrl];
  url.hostname = other;
  return [apiUrl, url.href];
};

/** What a function that calls RongCloud reads from its environment besides its own. */
export const rongcloudEnv = {
  RONGCLOUD_API_URL: v.pipe(v.string(), v.url(), v.transform(rongcloudUrls)),
};

export interface RongCloudPorts {
  readonly sendHttp: SendHttp;
  readonly apps: AppDirectory;
  readonly clock: Clock;
  /** Such as `https://api.rong-api.com`, the preferred first. */
  readonly apiUrls: readonly [string, ...string[]];
}

export interface RongCloudRequest {
  readonly appKey: string;
  readonly method: "GET" | "POST";
  /** With its query, where it has one. */
  readonly path: string;
  readonly contentType: string;
  readonly body: string;
}

export interface RongCloudAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

const connectMs = 2_000;
/** For all of it: the connection, the answer's head, its body. */
const callMs = 10_000;

const toBridgeError = (error: unknown, isOver: boolean): BridgeError => {
  const reason = error instanceof HttpFailure ? error.message : "the reply broke off";
  const timedOut = isOver || (error instanceof HttpFailure && error.kind === "timeout");
  return new BridgeError(
    timedOut ? "upstream_timeout" : "upstream_unavailable",
    `the IM: ${timedOut ? "timeout" : reason}`,
    { retryable: true, uncertain: !(error instanceof HttpFailure) || error.connected, cause: error },
  );
};

/**
 * Sends one call to RongCloud, signed in the app's name. Stays with the host that answers; where one does not, the next
 * call goes to the other, and this one too if nobody can have seen it.
 * Rejects with a BridgeError where no answer comes, `uncertain` where the call may have been taken.
 */
export const makeSendToRongCloud = ({ sendHttp, apps, clock, apiUrls }: RongCloudPorts) => {
  let current = 0;

  const sendTo = async (
    apiUrl: string,
    { appKey, method, path, contentType, body }: RongCloudRequest,
    longestReply: number,
  ): Promise<RongCloudAnswer> => {
    // Whoever answers has read the app when the turn began: no chunk waits for Secrets Manager.
    const app = apps.lastKnown(appKey) ?? (await apps.find(appKey));
    if (!app) throw new BridgeError("unknown_app", "the app has no secret any more");
    const [secret] = app.secrets;
    const ended = new AbortController();
    const end = (): void => ended.abort();
    clock.sleep(callMs, ended.signal).then(end);
    try {
      const response = await sendHttp({
        method,
        url: new URL(`${apiUrl.replace(/\/+$/, "")}${path}`),
        headers: { ...signCall({ appKey, secret }, clock.now()), "content-type": contentType },
        body,
        connectMs,
        headMs: callMs,
        signal: ended.signal,
      });
      const text = await readText(response.body, longestReply);
      return { status: response.status, headers: response.headers, text };
    } catch (error) {
      throw toBridgeError(error, ended.signal.aborted);
    } finally {
      end();
    }
  };

  return async (request: RongCloudRequest, longestReply: number): Promise<RongCloudAnswer> => {
    const urlAt = (index: number): string => apiUrls[index % apiUrls.length] ?? apiUrls[0];
    const asked = current;
    try {
      return await sendTo(urlAt(asked), request, longestReply);
    } catch (error) {
      const isDown = error instanceof BridgeError && error.retryable;
      // Of several calls that fail at once, the first moves on.
      if (isDown && current === asked) current += 1;
      if (!isDown || error.uncertain || apiUrls.length === 1) throw error;
      return sendTo(urlAt(asked + 1), request, longestReply);
    }
  };
};
