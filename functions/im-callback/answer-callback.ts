import type { ApiRequest } from "#adapters/api-gateway/api-request.ts";
import { parseFormBody, parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import type { VerifyCallback } from "#adapters/rongcloud/verify-callback.ts";
import type { AcceptBotEvent } from "#core/intake/accept-bot-event.ts";
import type { AcceptMessages } from "#core/intake/accept-messages.ts";
import type { Clock } from "#core/shared/clock.ts";
import { BridgeError, callerError } from "#core/shared/errors.ts";
import type { Log } from "#core/shared/log.ts";
import type { Metrics } from "#core/shared/metrics.ts";
import { botEventSchema } from "./bot-event-schema.ts";
import { repeatable, routedMessageSchema } from "./routed-message-schema.ts";

export interface AnswerCallbackPorts {
  readonly verifyCallback: VerifyCallback;
  readonly acceptMessages: AcceptMessages;
  readonly acceptBotEvent: AcceptBotEvent;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
}

/** In bytes: 128 KB of content are 768 KB where JSON escapes every character. */
const longestBotEvent = 1024 * 1024;

/** What is wrong with a callback, where that will not change by its being sent again. */
const faultOf = (error: unknown): string => {
  if (error instanceof BridgeError && error.expose) return error.logSafeMessage;
  throw error;
};

/**
 * Takes what RongCloud calls back with (docs/spec/rongcloud.md, section 9). What is well signed is answered 200, also what
 * nobody can make sense of, which it would only send again; that is logged and counted. A failure of our own is not.
 */
export const makeAnswerCallback = ({
  verifyCallback,
  acceptMessages,
  acceptBotEvent,
  metrics,
  clock,
  log,
}: AnswerCallbackPorts) => {
  const drop = (appKey: string, route: string, reason: string): void => {
    log.warn("callback_dropped", { app: appKey, route, reason });
    metrics.count("CallbackDropped", { route });
  };

  const takeMessage = async (appKey: string, body: Buffer): Promise<string | undefined> => {
    const routed = parseFormBody(routedMessageSchema(clock.now()), body, repeatable);
    // Discussions, chat rooms and the like: no bot is spoken to there.
    if (routed.channelType === "other") return undefined;
    await acceptMessages(appKey, routed.message.fromUserId, [routed.message]);
    return undefined;
  };

  const takeBotEvent = async (appKey: string, body: Buffer): Promise<string | undefined> => {
    const { botUserId, event } = parseJsonBody(botEventSchema(clock.now()), body, longestBotEvent);
    const { status } = await acceptBotEvent(appKey, botUserId, event);
    return status === "unknown_bot" ? "bot.userId: no bot has this id" : undefined;
  };

  /** Each gives why it took nothing, if so. */
  const routes = new Map([
    ["/callbacks/rongcloud/messages", takeMessage],
    ["/callbacks/rongcloud/bot-events", takeBotEvent],
  ]);

  return async (request: ApiRequest): Promise<object> => {
    const { route } = request;
    const take = routes.get(route);
    if (!take) throw callerError("not_found", "no such path");
    const { appKey } = await verifyCallback(request.query, request.headers);
    const fault = await take(appKey, request.body).catch(faultOf);
    if (fault !== undefined) drop(appKey, route, fault);
    return { code: 200 };
  };
};
