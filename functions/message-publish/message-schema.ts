import * as v from "valibot";
import { messageContent, objectName, userId } from "#adapters/rongcloud/message-fields.ts";
import type { PublishedMessage } from "#core/intake/publish-message.ts";
import { arrayOf } from "#core/shared/rules.ts";

const someOf = (most: number) => v.pipe(arrayOf(userId, most), v.minLength(1, "must be sent at least once"));

const message = { objectName, content: messageContent };

/** A private message as the send API takes it (docs/spec/rongcloud.md, section 8). What concerns its push alone is passed over. */
export const privateMessageSchema = v.pipe(
  v.object({ fromUserId: userId, toUserId: someOf(1000), ...message }),
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

/** A message to groups. It mentions nobody, whatever its content says, unless `isMentioned` is 1. */
export const groupMessageSchema = v.pipe(
  v.object({
    fromUserId: userId,
    toGroupId: someOf(3),
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

/** The fields of the forms that may be repeated. */
export const repeatable = ["toUserId", "toGroupId"];
