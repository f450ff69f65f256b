import * as v from "valibot";
import { userId } from "#adapters/rongcloud/message-fields.ts";
import type { RecalledMessage } from "#core/intake/recall-message.ts";
import { idRule } from "#core/shared/rules.ts";

const flag = v.optional(v.picklist(["0", "1"], "must be 0 or 1"), "0");

/** A recall of a message (docs/spec/rongcloud.md, section 8). Bots take part in private chats and groups only. */
export const recallSchema = v.pipe(
  v.object({
    fromUserId: userId,
    conversationType: v.picklist(["1", "3"], "must be 1 (private chat) or 3 (group)"),
    targetId: userId,
    messageUID: idRule,
    sentTime: v.optional(
      v.pipe(
        v.string("must be a string"),
        v.regex(/^\d{1,15}$/, "must be milliseconds since the epoch"),
        v.transform(Number),
      ),
    ),
    isAdmin: flag,
    isDelete: flag,
  }),
  v.transform(
    ({ conversationType, sentTime, isAdmin, isDelete, ...rest }): RecalledMessage => ({
      ...rest,
      channelType: conversationType === "3" ? "GROUP" : "PERSON",
      sentTime,
      isAdmin: isAdmin === "1",
      isDelete: isDelete === "1",
    }),
  ),
);
