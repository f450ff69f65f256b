import * as v from "valibot";
import type { AppDirectory } from "../../core/app.ts";
import type { Clock } from "../../core/clock.ts";
import { BridgeError } from "../../core/errors.ts";
import { HttpFailure, type SendHttp } from "../http/http-client.ts";
import { readText } from "../http/read-text.ts";
import { signCall } from "./sign-call.ts";

export interface RongCloudClientPorts {
  readonly sendHttp: SendHttp;
  readonly apps: AppDirectory;
  readonly clock: Clock;
  /** Such as `https://api.rong-api.com`. */
  readonly apiUrl: string;
}

export interface RongCloudCall {
  readonly appKey: string;
  readonly path: string;
  readonly contentType: "application/json" | "application/x-www-form-urlencoded";
  readonly body: string;
}

/** Makes one signed call; resolves with the reply's JSON. Rejects with a BridgeError. */
export type CallRongCloud = (call: RongCloudCall) => Promise<unknown>;

const connectMs = 2_000;
const callMs = 10_000;
const longestReply = 64 * 1024;

const reply = v.pipe(v.string(), v.parseJson(), v.looseObject({ code: v.number() }));

const retryableStatus = new Set([408, 429, 500, 502, 503, 504]);
/** RongCloud's own word for too many calls; it comes with status 200 too. */
const rateLimitCode = 1008;

const retryAfterMs = (header: string | undefined): number | undefined =>
  header !== undefined && /^\d{1,4}$/.test(header) ? Number(header) * 1000 : undefined;

export const makeRongCloudClient =
  ({ sendHttp, apps, clock, apiUrl }: RongCloudClientPorts): CallRongCloud =>
  async ({ appKey, path, contentType, body }) => {
    // Whoever answers has read the app when the turn began: no chunk waits for Secrets Manager.
    const app = apps.lastKnown(appKey) ?? (await apps.find(appKey));
    if (!app) throw new BridgeError("unknown_app", "the app has no secret any more");
    const [secret] = app.secrets;
    const signal = AbortSignal.timeout(callMs);
    try {
      const response = await sendHttp({
        method: "POST",
        url: new URL(`${apiUrl.replace(/\/+$/, "")}${path}`),
        headers: { ...signCall({ appKey, secret }, clock.now()), "content-type": contentType },
        body,
        connectMs,
        headMs: callMs,
        signal,
      });
      const parsed = v.safeParse(reply, await readText(response.body, longestReply));
      if (response.status === 200 && parsed.success && parsed.output.code === 200) return parsed.output;
      const code = parsed.success ? parsed.output.code : undefined;
      throw new BridgeError(
        "upstream_refused",
        `the IM answered HTTP ${response.status}, code ${code ?? "none"}`,
        {
          retryable: retryableStatus.has(response.status) || code === rateLimitCode,
          retryAfterMs: retryAfterMs(response.headers["retry-after"]),
        },
      );
    } catch (error) {
      if (error instanceof BridgeError) throw error;
      const reason = error instanceof HttpFailure ? error.message : "the reply broke off";
      throw new BridgeError("upstream_unavailable", `the IM: ${reason}`, { retryable: true, cause: error });
    }
  };
