import { createHash } from "node:crypto";
import type { HttpRequest, SendHttp } from "#adapters/http/http-client.ts";
import { readText } from "#adapters/http/read-text.ts";
import type { App, AppDirectory } from "#core/bot/app.ts";
import type { CallWebhook, WebhookCall, WebhookOutcome } from "#core/jobs/call-webhook.ts";
import { type JobId, jobKeyOf } from "#core/jobs/job.ts";
import type { Clock } from "#core/shared/clock.ts";
import { envelopeOf } from "./envelope.ts";
import { failed, outcomeOfError, outcomeOfStatus } from "./outcomes.ts";
import { signedUrl } from "./signed-url.ts";
import { standardHeaders } from "./standard-headers.ts";

/** The `webhook-id` of a job: the same at each try, also after a redrive, so that the receiver tells a repetition. */
export const webhookIdOf = (id: JobId): string =>
  `msg_${createHash("sha256").update(jobKeyOf(id)).digest("base64url").slice(0, 32)}`;

export interface CallWebhookPorts {
  /** In a deployment one that connects to public addresses alone. */
  readonly sendHttp: SendHttp;
  readonly apps: Pick<AppDirectory, "find">;
  readonly clock: Clock;
}

/** For all of it: the connection, the answer's head, its body (docs/spec/rongcloud.md, section 6). */
const answerMs = 5_000;
/** In bytes. More of a reply than this is not worth the connection that could be used again. */
const longestReply = 64 * 1024;

/** Without a version, which would be of use to nobody but an attacker. */
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
      ...standardHeaders(secrets, { id, sentAt: now, body }),
    },
    body,
  };
};

/** Calls the servers of apps. Nothing of what they answer is kept but the status and how long they want to be left alone. */
export const makeCallWebhook = ({ sendHttp, apps, clock }: CallWebhookPorts): CallWebhook => {
  const callAs = async (app: App, call: WebhookCall): Promise<WebhookOutcome> => {
    const ended = new AbortController();
    const end = (): void => ended.abort();
    clock.sleep(answerMs, ended.signal).then(end);
    try {
      const response = await sendHttp({
        ...requestOf(call, app, clock.now()),
        method: "POST",
        connectMs: answerMs,
        headMs: answerMs,
        signal: ended.signal,
      });
      const outcome = outcomeOfStatus(response, clock.now());
      // Read only so that the connection can be used again. The status was the answer: were a body that is too long, too
      // slow or broken off to fail it, the app would get what it has taken a second time.
      await readText(response.body, longestReply).catch(() => undefined);
      return outcome;
    } catch (error) {
      return ended.signal.aborted ? failed("timeout") : outcomeOfError(error);
    } finally {
      end();
    }
  };

  return async (call) => {
    try {
      const app = await apps.find(call.appKey);
      // Not refused: the door may have read of a new app within the minute for which this process keeps what it read.
      return app ? await callAs(app, call) : failed("unknown app");
    } catch {
      return failed("app not read");
    }
  };
};
