import type { APIGatewayProxyEvent } from "aws-lambda";
import { makeApiHandler } from "#adapters/api-gateway/api-handler.ts";
import { signatureOf } from "#adapters/rongcloud/signature.ts";
import { makeVerifyCallback } from "#adapters/rongcloud/verify-callback.ts";
import type { Bot } from "#core/bot/bot.ts";
import { makeAcceptBotEvent } from "#core/intake/accept-bot-event.ts";
import { makeAcceptMessages } from "#core/intake/accept-messages.ts";
import type { DispatchJobs } from "#core/intake/dispatch-jobs.ts";
import { makeReportIgnored } from "#core/intake/ignored-message.ts";
import { makeAnswerCallback } from "../../../../functions/im-callback/answer-callback.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { makeMemoryMetrics } from "../../../support/memory-metrics.ts";
import { makeMemoryReplays } from "../../../support/memory-replays.ts";
import { pseudonymOf } from "../../../support/pseudonyms.ts";
import { bot } from "../../../support/turns.ts";
import { lambdaContext, proxyEvent } from "../../adapters/api-gateway/proxy-event.ts";
import { app, appsOf } from "../../adapters/secrets/apps.ts";
import { setUpIntake } from "../../core/intake/intake-setup.ts";
import type { Form } from "../message-publish/forms.ts";

export const messagesRoute = "/callbacks/rongcloud/messages";
export const botEventsRoute = "/callbacks/rongcloud/bot-events";

export type Query = Readonly<Record<string, string>>;

const newestSecret = "secret-of-app-one";

let nonces = 0;
/** RongCloud signs each callback with a nonce of its own. */
const newNonce = (): string => {
  nonces += 1;
  return `n-${nonces}`;
};

export const signedQuery = (now: number, nonce = newNonce()): Query => ({
  appKey: "app-one",
  nonce,
  timestamp: String(now),
  signTimestamp: String(now),
  signature: signatureOf(newestSecret, nonce, String(now)),
});

export const rcHeaders = (now: number): Record<string, string> => {
  const { appKey = "", nonce = "", timestamp = "", signature = "" } = signedQuery(now);
  return { "RC-App-Key": appKey, "RC-Nonce": nonce, "RC-Timestamp": timestamp, "RC-Signature": signature };
};

export interface Sent {
  readonly query?: Query;
  readonly headers?: Record<string, string>;
}

export interface GivenCallbacks {
  readonly bots?: readonly Bot[];
  readonly dispatchJobs?: DispatchJobs;
}

/** The function as it is composed, without AWS: app-one with helpdesk as its bot, and no cache. */
export const setUpCallbacks = ({ bots = [bot()], dispatchJobs }: GivenCallbacks = {}) => {
  const intake = setUpIntake(bots);
  const ports = { ...intake.ports, ...(dispatchJobs && { dispatchJobs }) };
  const { clock } = intake;
  const log = makeMemoryLog();
  const metrics = makeMemoryMetrics();
  const handler = makeApiHandler(
    log,
    makeAnswerCallback({
      verifyCallback: makeVerifyCallback({
        apps: appsOf(app()),
        replays: makeMemoryReplays(clock),
        clock,
        windowMs: 300_000,
        log,
      }),
      acceptMessages: makeAcceptMessages(ports),
      acceptBotEvent: makeAcceptBotEvent(ports),
      reportIgnored: makeReportIgnored({ log, metrics, pseudonymOf }),
      metrics,
      clock,
      log,
    }),
  );
  const handle = async (event: APIGatewayProxyEvent) => {
    const { statusCode, body } = await handler(event, lambdaContext);
    return { status: statusCode, body: JSON.parse(body) };
  };
  /** Signed correctly by default. */
  const call = (route: string, body: Buffer, { query = signedQuery(clock.now()), headers = {} }: Sent = {}) =>
    handle(
      proxyEvent({
        path: route,
        headers,
        multiValueQueryStringParameters: Object.fromEntries(
          Object.entries(query).map(([name, value]) => [name, [value]]),
        ),
        body: body.toString("base64"),
        isBase64Encoded: true,
      }),
    );
  return { call, handle, clock, log, metrics, jobs: intake.jobs, reads: intake.bots.reads };
};

export const ok = { status: 200, body: { code: 200 } };

/** As the full message route sends it. */
export const routedForm = (given: Form = {}): Form => ({
  fromUserId: "u7",
  toUserId: "bot-helpdesk",
  objectName: "RC:TxtMsg",
  content: '{"content":"hello"}',
  channelType: "PERSON",
  msgTimestamp: "1767225600101",
  msgUID: "C3JH-8VQ4-0000-0001",
  sensitiveType: "0",
  source: "iOS",
  busChannel: "",
  groupUserIds: "",
  ...given,
});

/** As RongCloud sends it to a bot's webhook. */
export const botEvent = (data: object = {}, given: object = {}) => ({
  type: "message:private",
  timestamp: 1_767_225_600_123,
  bot: {
    userId: "bot-helpdesk",
    name: "Helpdesk",
    profileUrl: "https://example.com/bot.png",
    type: "faq",
    metadata: { tone: "formal" },
  },
  data: {
    fromUserId: "u7",
    toUserId: "bot-helpdesk",
    objectName: "RC:TxtMsg",
    content: '{"content":"hello"}',
    channelType: "PERSON",
    msgTimestamp: 1_767_225_600_101,
    msgUID: "C3JH-8VQ4-0000-0001",
    source: "iOS",
    ...data,
  },
  ...given,
});
