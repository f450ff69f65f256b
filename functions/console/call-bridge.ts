import { HttpFailure, type SendHttp } from "#adapters/http/http-client.ts";
import { readText } from "#adapters/http/read-text.ts";
import { currentTrace, traceHeaders } from "#adapters/node/trace.ts";
import { signCall } from "#adapters/rongcloud/sign-call.ts";
import type { App } from "#core/bot/app.ts";
import type { Clock } from "#core/shared/clock.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { startTimeLimit } from "#core/shared/time-limit.ts";

export interface BridgeCall {
  readonly app: Pick<App, "appKey" | "secrets">;
  readonly bridgeUrl: string;
  /** Absolute, such as `/v3/bot/query.json`. */
  readonly path: string;
  readonly contentType: "application/json" | "application/x-www-form-urlencoded";
  readonly body: string;
}

/** What the bridge has answered, with any status. */
export interface BridgeReply {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter: string | undefined;
  readonly requestId: string | undefined;
  readonly body: string;
}

/** Makes one signed call, as an app's server does. @throws BridgeError `upstream_unavailable` if there is no answer. */
export type CallBridge = (call: BridgeCall) => Promise<BridgeReply>;

export interface CallBridgePorts {
  readonly sendHttp: SendHttp;
  readonly clock: Clock;
}

const connectMs = 3_000;
/** A function of the API ends after 28 s, and so does the console's own. */
const callTimeoutMs = 26_000;
/** A function's reply has at most 6 MB. */
const maxReplyBytes = 5 * 1024 * 1024;

/** The bridge's log has the request id of the console's own log, and of the page. */
const idHeaders = (): Readonly<Record<string, string>> => {
  const { requestId = "" } = currentTrace() ?? {};
  return { ...traceHeaders(), ...(requestId !== "" && { "x-request-id": requestId }) };
};

const reasonOf = (error: unknown, isTimeout: boolean): string => {
  if (isTimeout) return "it did not answer in time";
  return error instanceof HttpFailure ? error.message : "its answer was cut off";
};

export const makeCallBridge =
  ({ sendHttp, clock }: CallBridgePorts): CallBridge =>
  async ({ app: { appKey, secrets }, bridgeUrl, path, contentType, body }) => {
    const limit = startTimeLimit(clock, callTimeoutMs);
    try {
      const response = await sendHttp({
        method: "POST",
        url: new URL(`${bridgeUrl}${path}`),
        headers: {
          ...idHeaders(),
          ...signCall({ appKey, secret: secrets[0] }, clock.now()),
          "content-type": contentType,
        },
        body,
        connectMs,
        headMs: callTimeoutMs,
        signal: limit.signal,
      });
      const { status, headers } = response;
      const text = await readText(response.body, maxReplyBytes);
      if (Buffer.byteLength(text) >= maxReplyBytes) throw new Error(`more than ${maxReplyBytes} bytes`);
      return {
        status,
        contentType: headers["content-type"] ?? "application/json",
        retryAfter: headers["retry-after"],
        requestId: headers["x-request-id"]?.toString(),
        body: text,
      };
    } catch (error) {
      throw new BridgeError(
        "upstream_unavailable",
        `the bridge cannot be reached: ${reasonOf(error, limit.isExpired)}`,
        { expose: true, cause: error },
      );
    } finally {
      limit.end();
    }
  };
