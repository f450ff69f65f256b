import { parseFormBody } from "#adapters/api-gateway/parse-body.ts";
import { PassedReply } from "#adapters/api-gateway/passed-reply.ts";
import type { SignedRoute } from "#adapters/api-gateway/signed-api.ts";
import type { PublishAtIm } from "#adapters/rongcloud/publish-at-im.ts";
import type { PublishedMessage, PublishMessage } from "#core/intake/publish-message.ts";
import type { GroupMessageReply, PrivateMessageReply } from "./message-reply.ts";
import { groupMessageSchema, privateMessageSchema, repeatable } from "./message-schema.ts";

export interface PublishRoutesPorts {
  readonly publishMessage: PublishMessage;
  readonly publishAtIm: PublishAtIm;
}

/** RongCloud's send API (docs/spec/rongcloud.md, section 8). */
export const makePublishRoutes = ({
  publishMessage,
  publishAtIm,
}: PublishRoutesPorts): Record<string, SignedRoute> => {
  const publish = (appKey: string, message: PublishedMessage, form: Buffer) =>
    publishMessage(appKey, message, () => publishAtIm(appKey, message.channelType, form.toString()));

  return {
    "/message/private/publish.json": async (
      { appKey },
      { body },
    ): Promise<PrivateMessageReply | PassedReply> => {
      const message = parseFormBody(privateMessageSchema, body, repeatable);
      const published = await publish(appKey, message, body);
      if (published.status === "refused") return new PassedReply(published.reply);
      const { receipts } = published;
      return { messageUIDs: receipts.map(({ targetId: userId, messageUID }) => ({ userId, messageUID })) };
    },
    "/message/group/publish.json": async ({ appKey }, { body }): Promise<GroupMessageReply | PassedReply> => {
      const message = parseFormBody(groupMessageSchema, body, repeatable);
      const published = await publish(appKey, message, body);
      if (published.status === "refused") return new PassedReply(published.reply);
      const { receipts } = published;
      return { messageUIDs: receipts.map(({ targetId: groupId, messageUID }) => ({ groupId, messageUID })) };
    },
  };
};
