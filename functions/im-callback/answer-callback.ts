import type { ApiRequest } from "#adapters/api-gateway/api-request.ts";
import { parseFormBody, parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import type { VerifiedCallback, VerifyCallback } from "#adapters/rongcloud/verify-callback.ts";
import type { AcceptBotEvent } from "#core/intake/accept-bot-event.ts";
import type { AcceptMessages } from "#core/intake/accept-messages.ts";
import type { ReportIgnored } from "#core/intake/ignored-message.ts";
import { maxMessageBodyBytes } from "#core/message/message-content.ts";
import type { Clock } from "#core/shared/clock.ts";
import { BridgeError, callerError } from "#core/shared/errors.ts";
import type { Log } from "#core/shared/log.ts";
import type { Metrics } from "#core/shared/metrics.ts";
import { botEventSchema } from "./bot-event-schema.ts";
import { repeatableFields, routedMessageSchema } from "./routed-message-schema.ts";

export interface AnswerCallbackPorts {
  readonly verifyCallback: VerifyCallback;
  readonly acceptMessages: AcceptMessages;
  readonly acceptBotEvent: AcceptBotEvent;
  readonly reportIgnored: ReportIgnored;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
}

/** The reason why a callback is invalid, which a retry would not change. Other errors are thrown again. */
const faultOf = (error: unknown): string => {
  if (error instanceof BridgeError && error.expose) return error.logSafeMessage;
  throw error;
};

/**
 * Handles RongCloud's callbacks (docs/spec/rongcloud.md, section 9). A callback with a valid signature gets 200 even if it is
 * invalid, as RongCloud would only repeat it; it is logged and counted. Errors of the bridge are returned, so that RongCloud
 * retries.
 */
export const makeAnswerCallback = ({
  verifyCallback,
  acceptMessages,
  acceptBotEvent,
  reportIgnored,
  metrics,
  clock,
  log,
}: AnswerCallbackPorts) => {
  const drop = (appKey: string, route: string, reason: string): void => {
    log.warn("callback_dropped", { app: appKey, route, reason });
    metrics.count("CallbackDropped", { route });
  };

  const acceptMessage = async (
    { appKey, admission }: VerifiedCallback,
    body: Buffer,
  ): Promise<string | undefined> => {
    const routed = parseFormBody(routedMessageSchema(clock.now()), body, repeatableFields);
    if (routed.channelType === "other") {
      await admission;
      reportIgnored({ appKey, event: undefined, botUserId: undefined, reason: "channel" });
      return undefined;
    }
    await acceptMessages(appKey, routed.message.fromUserId, [routed.message], admission);
    return undefined;
  };

  const acceptEvent = async (
    { appKey, admission }: VerifiedCallback,
    body: Buffer,
  ): Promise<string | undefined> => {
    const { botUserId, event } = parseJsonBody(botEventSchema(clock.now()), body, maxMessageBodyBytes);
    const { status } = await acceptBotEvent(appKey, botUserId, event, admission);
    return status === "unknown_bot" ? "bot.userId: no bot has this id" : undefined;
  };

  /** Each returns the reason if it did not accept the callback. */
  const routes = new Map([
    ["/callbacks/rongcloud/messages", acceptMessage],
    ["/callbacks/rongcloud/bot-events", acceptEvent],
  ]);

  return async (request: ApiRequest): Promise<object> => {
    const { route } = request;
    const accept = routes.get(route);
    if (!accept) throw callerError("not_found", "no such path");
    const verified = await verifyCallback(request);
    // Their bots are looked up while the signature is recorded, since the user waits for both.
    const [, fault] = await Promise.all([verified.admission, accept(verified, request.body).catch(faultOf)]);
    if (fault !== undefined) drop(verified.appKey, route, fault);
    return { code: 200 };
  };
};
