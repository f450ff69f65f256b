import * as v from "valibot";
import { botsReply } from "../functions/bot-registry/bot-reply.ts";
import { groupMessageReply, privateMessageReply } from "../functions/message-publish/message-reply.ts";
import { tokenReply } from "../functions/user-token/token-reply.ts";

/** What a route gives joins this. */
const code = v.literal(200);

export const done = v.object({ code });
export const bots = v.object({ code, ...botsReply.entries });
export const sentPrivateMessage = v.object({ code, ...privateMessageReply.entries });
export const sentGroupMessage = v.object({ code, ...groupMessageReply.entries });
export const userToken = v.object({ code, ...tokenReply.entries });
export const description = v.looseObject({ openapi: v.string(), info: v.looseObject({}) });
/** RongCloud's, as it came. */
export const passedOn = v.looseObject({ code: v.pipe(v.number(), v.integer()) });
export const error = v.object({ code: v.pipe(v.number(), v.integer()), errorMessage: v.string() });
