import * as v from "valibot";
import { truncationReasons } from "#core/answer/answer.ts";
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
export const suggestions = v.object({ code, suggested: v.array(v.string()) });

const milliseconds = v.pipe(v.number(), v.integer(), v.description("In milliseconds since the epoch."));
export const conversation = v.object({
  code,
  conversation: v.pipe(v.nullable(v.string()), v.description("Null for the one without a name.")),
  startedAt: milliseconds,
  expiresAt: milliseconds,
  turns: v.pipe(v.number(), v.integer(), v.description("How many turns it has had.")),
});

const count = v.exactOptional(v.pipe(v.number(), v.integer()));
const usage = v.object({
  promptTokens: count,
  completionTokens: count,
  totalTokens: v.pipe(v.number(), v.integer()),
  totalPrice: v.exactOptional(
    v.pipe(v.string(), v.description("A decimal number, as the model's server gives it.")),
  ),
  currency: v.exactOptional(v.string()),
});
const source = v.object({
  dataset: v.exactOptional(v.string()),
  document: v.exactOptional(v.string()),
  content: v.exactOptional(v.string()),
  score: v.exactOptional(v.number()),
});
export const chatAnswer = v.object({
  turn: v.pipe(v.string(), v.description("Names the turn, for what is asked and said of it later.")),
  conversation: v.pipe(v.nullable(v.string()), v.description("Null for the one without a name.")),
  content: v.string(),
  usage: v.pipe(v.nullable(usage), v.description("Null where the model's server does not say.")),
  sources: v.pipe(v.array(source), v.description("What of the app's knowledge the answer rests on.")),
  stopped: v.pipe(v.boolean(), v.description("Whether the user has ended it.")),
  paused: v.pipe(
    v.exactOptional(v.literal(true)),
    v.description("Present where the app waits for a person's decision."),
  ),
  truncated: v.pipe(
    v.exactOptional(v.picklist(truncationReasons)),
    v.description("Present where the model ended early: at its limit of length, or by a content filter."),
  ),
});

/** RongCloud's, as it came. */
export const rongCloudError = v.looseObject({ code: v.pipe(v.number(), v.integer()) });
export const error = v.object({ code: v.pipe(v.number(), v.integer()), errorMessage: v.string() });
