import type { ApiRequest } from "#adapters/api-gateway/api-request.ts";
import { ForwardedReply } from "#adapters/api-gateway/forwarded-reply.ts";
import { parseFormBody } from "#adapters/api-gateway/parse-body.ts";
import type { SignedRoute } from "#adapters/api-gateway/signed-api.ts";
import type { PublishToIm } from "#adapters/rongcloud/publish-to-im.ts";
import type { PublishedMessage, PublishMessage } from "#core/intake/publish-message.ts";
import type { GroupMessageReply, PrivateMessageReply } from "./message-reply.ts";
import { groupMessageSchema, privateMessageSchema, repeatableFields } from "./message-schema.ts";

export interface PublishRoutesPorts {
  readonly publishMessage: PublishMessage;
  readonly publishToIm: PublishToIm;
}

/** RongCloud's send API (docs/spec/rongcloud.md, section 8). */
export const makePublishRoutes = ({
  publishMessage,
  publishToIm,
}: PublishRoutesPorts): Record<string, SignedRoute> => {
  const publish = (appKey: string, message: PublishedMessage, { body, headers }: ApiRequest) =>
    publishMessage(appKey, message, () =>
      publishToIm({
        appKey,
        channelType: message.channelType,
        form: body.toString(),
        requestId: headers["x-request-id"],
      }),
    );

  return {
    "/message/private/publish.json": async (
      { appKey },
      request,
    ): Promise<PrivateMessageReply | ForwardedReply> => {
      const message = parseFormBody(privateMessageSchema, request.body, repeatableFields);
      const published = await publish(appKey, message, request);
      if (published.status === "refused") return new ForwardedReply(published.reply);
      const { receipts } = published;
      return { messageUIDs: receipts.map(({ targetId: userId, messageUID }) => ({ userId, messageUID })) };
    },
    "/message/group/publish.json": async (
      { appKey },
      request,
    ): Promise<GroupMessageReply | ForwardedReply> => {
      const message = parseFormBody(groupMessageSchema, request.body, repeatableFields);
      const published = await publish(appKey, message, request);
      if (published.status === "refused") return new ForwardedReply(published.reply);
      const { receipts } = published;
      return { messageUIDs: receipts.map(({ targetId: groupId, messageUID }) => ({ groupId, messageUID })) };
    },
  };
};
