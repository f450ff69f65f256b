import { createHash } from "node:crypto";
import type { HttpRequest, SendHttp } from "#adapters/http/http-client.ts";
import { readText } from "#adapters/http/read-text.ts";
import { traceHeaders } from "#adapters/node/trace.ts";
import type { App, AppDirectory } from "#core/bot/app.ts";
import type { CallWebhook, WebhookCall, WebhookOutcome } from "#core/jobs/call-webhook.ts";
import { type JobId, jobKeyOf } from "#core/jobs/job.ts";
import type { Clock } from "#core/shared/clock.ts";
import { startTimeLimit } from "#core/shared/time-limit.ts";
import { envelopeOf } from "./envelope.ts";
import { failed, outcomeOfError, outcomeOfStatus } from "./outcomes.ts";
import { signedUrl } from "./signed-url.ts";
import { standardHeaders } from "./standard-headers.ts";

/** The `webhook-id` of a job. It is the same for every try and after a redrive, so that the receiver can detect repetitions. */
export const webhookIdOf = (id: JobId): string =>
  `msg_${createHash("sha256").update(jobKeyOf(id)).digest("base64url").slice(0, 32)}`;

export interface CallWebhookPorts {
  /** In a deployment, a client that connects to public addresses only. */
  readonly sendHttp: SendHttp;
  readonly apps: Pick<AppDirectory, "find">;
  readonly clock: Clock;
}

/** For the whole call: connection, response headers and body (docs/spec/rongcloud.md, section 6). */
const callTimeoutMs = 5_000;
/** A longer response is not read to its end. */
const maxReplyBytes = 64 * 1024;

/** Without a version, which would only help attackers. */
const userAgent = "dify-bot-bridge";

const requestOf = (
  { appKey, integration, bot, event, id }: WebhookCall,
  { secrets }: App,
  now: number,
): Pick<HttpRequest, "url" | "headers" | "body"> => {
  const body = envelopeOf({ bot, event });
  return {
    url: signedUrl(integration.callbackUrl, { appKey, secret: secrets[0] }, now),
    headers: {
      "content-type": "application/json",
      "user-agent": userAgent,
      ...traceHeaders(),
      ...standardHeaders(secrets, { id, sentAt: now, body }),
    },
    body,
  };
};

/** Calls the apps' servers. Only the status and `Retry-After` of the response are used. */
export const makeCallWebhook = ({ sendHttp, apps, clock }: CallWebhookPorts): CallWebhook => {
  const callAs = async (app: App, call: WebhookCall): Promise<WebhookOutcome> => {
    const limit = startTimeLimit(clock, callTimeoutMs);
    try {
      const response = await sendHttp({
        ...requestOf(call, app, clock.now()),
        method: "POST",
        connectMs: callTimeoutMs,
        headMs: callTimeoutMs,
        signal: limit.signal,
      });
      const outcome = outcomeOfStatus(response, clock.now());
      // Read only so that the connection can be reused. The status decides: if a body that is too long, too slow or cut off
      // failed the call, the app would get an event again that it has accepted.
      await readText(response.body, maxReplyBytes).catch(() => undefined);
      return outcome;
    } catch (error) {
      return limit.isExpired ? failed("timeout") : outcomeOfError(error);
    } finally {
      limit.end();
    }
  };

  return async (call) => {
    try {
      const app = await apps.find(call.appKey);
      // Retryable: the app may be new, and this process may still have a secret cached from before.
      return app ? await callAs(app, call) : failed("unknown app");
    } catch {
      return failed("app secret not readable");
    }
  };
};
