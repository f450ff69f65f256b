import * as v from "valibot";

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const flag = v.optional(v.picklist(["0", "1"]), "0");

/** A recalled message, as the server API names it. */
export const recallCall = v.pipe(
  v.object({
    fromUserId: id,
    /** 1: private chat, 3: group. Bots take part in no other conversations. */
    conversationType: v.picklist(["1", "3"], "must be 1 or 3"),
    targetId: id,
    messageUID: id,
    sentTime: v.pipe(v.string(), v.digits()),
    isAdmin: flag,
  }),
  v.transform(({ fromUserId, targetId, messageUID, isAdmin }) => ({
    fromUserId,
    targetId,
    messageUID,
    isAdmin: isAdmin === "1",
  })),
);

export type ImRecall = v.InferOutput<typeof recallCall>;
