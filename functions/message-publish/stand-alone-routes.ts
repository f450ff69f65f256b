import { ForwardedReply } from "#adapters/api-gateway/forwarded-reply.ts";
import { formContentType, toRouteCall } from "#adapters/api-gateway/forwarded-request.ts";
import { parseFormBody, parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import type { SignedRoute } from "#adapters/api-gateway/signed-api.ts";
import type { ForwardCall, ImReply } from "#core/intake/forward-call.ts";
import type { ForwardFromBot } from "#core/intake/forward-from-bot.ts";
import type { RecallMessage } from "#core/intake/recall-message.ts";
import { maxMessageBodyBytes } from "#core/message/message-content.ts";
import { callerError } from "#core/shared/errors.ts";
import { groupMessageSchema, privateMessageSchema, repeatableFields } from "./message-schema.ts";
import { recallSchema } from "./recall-schema.ts";
import { groupChunkSchema, privateChunkSchema } from "./stream-schema.ts";

export interface StandAloneRoutesPorts {
  readonly recallMessage: RecallMessage;
  readonly forwardFromBot: ForwardFromBot;
  readonly forwardCall: ForwardCall;
}

const doneOrForwarded = (reply: ImReply | undefined): object =>
  reply === undefined ? {} : new ForwardedReply(reply);

/**
 * Calls of RongCloud's API that the bridge serves itself when there is no real RongCloud. What a bot does is also done at the
 * IM, whose reply is returned.
 */
export const makeStandAloneRoutes = ({
  recallMessage,
  forwardFromBot,
  forwardCall,
}: StandAloneRoutesPorts): Record<string, SignedRoute> => {
  const recall: SignedRoute = async (app, request) => {
    const recalled = parseFormBody(recallSchema, request.body);
    const reply = await recallMessage(app.appKey, recalled, () =>
      forwardCall(toRouteCall(app.appKey, request, formContentType)),
    );
    return doneOrForwarded(reply);
  };

  /** A status message has the fields of a message. It is a signal: it triggers no bot. */
  const status =
    (schema: typeof privateMessageSchema | typeof groupMessageSchema): SignedRoute =>
    async (app, request) => {
      const { fromUserId } = parseFormBody(schema, request.body, repeatableFields);
      return doneOrForwarded(
        await forwardFromBot(fromUserId, toRouteCall(app.appKey, request, formContentType)),
      );
    };

  const stream =
    (schema: typeof privateChunkSchema | typeof groupChunkSchema): SignedRoute =>
    async (app, request) => {
      const { fromUserId } = parseJsonBody(schema, request.body, maxMessageBodyBytes);
      const reply = await forwardFromBot(fromUserId, toRouteCall(app.appKey, request, "application/json"));
      if (reply) return new ForwardedReply(reply);
      const rule =
        "fromUserId: must be a bot of the app, as this bridge runs stand-alone (passThrough is off)";
      throw callerError("bad_parameter", `${rule}, got ${JSON.stringify(fromUserId)}`, rule);
    };

  return {
    "/message/recall.json": recall,
    "/statusmessage/private/publish.json": status(privateMessageSchema),
    "/statusmessage/group/publish.json": status(groupMessageSchema),
    "/v3/message/private/publish_stream.json": stream(privateChunkSchema),
    "/v3/message/group/publish_stream.json": stream(groupChunkSchema),
  };
};
