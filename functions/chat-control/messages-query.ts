import * as v from "valibot";
import { stringOf } from "#core/shared/rules.ts";
import { conversationQuery } from "./feedback-schema.ts";

export const maxMessages = 100;
export const defaultMessages = 20;

const rule = `must be an integer from 1 to ${maxMessages}`;

/** Query parameters: the messages of a conversation. */
export const messagesQuery = v.object({
  ...conversationQuery.entries,
  limit: v.optional(
    v.pipe(v.string(), v.regex(/^(?:[1-9]\d?|100)$/, rule), v.transform(Number)),
    String(defaultMessages),
  ),
  before: v.optional(stringOf(1, 128)),
});
