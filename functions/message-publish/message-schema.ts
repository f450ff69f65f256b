import * as v from "valibot";
import { messageContent, objectName, userId } from "#adapters/rongcloud/message-fields.ts";
import type { PublishedMessage } from "#core/intake/publish-message.ts";
import { arrayOf } from "#core/shared/rules.ts";

const repeatedIds = (max: number) =>
  v.pipe(arrayOf(userId, max), v.minLength(1, "must be sent at least once"));

const message = { objectName, content: messageContent };

/** A private message of the send API (docs/spec/rongcloud.md, section 8). Fields for push notifications are ignored. */
export const privateMessageSchema = v.pipe(
  v.object({ fromUserId: userId, toUserId: repeatedIds(1000), ...message }),
  v.transform(
    ({ toUserId, ...rest }): PublishedMessage => ({
      ...rest,
      channelType: "PERSON",
      targetIds: toUserId,
      directedTo: [],
      mentions: true,
    }),
  ),
);

/** A message to groups. Mentions in its content only count if `isMentioned` is 1. */
export const groupMessageSchema = v.pipe(
  v.object({
    fromUserId: userId,
    toGroupId: repeatedIds(3),
    ...message,
    toUserId: v.optional(arrayOf(userId, 1000), []),
    isMentioned: v.optional(v.picklist(["0", "1"], "must be 0 or 1"), "0"),
  }),
  v.transform(
    ({ toGroupId, toUserId, isMentioned, ...rest }): PublishedMessage => ({
      ...rest,
      channelType: "GROUP",
      targetIds: toGroupId,
      directedTo: toUserId,
      mentions: isMentioned === "1",
    }),
  ),
);

/** Form fields that may be repeated. */
export const repeatableFields = ["toUserId", "toGroupId"];
