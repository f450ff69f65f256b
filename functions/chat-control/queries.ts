import * as v from "valibot";
import { modelTypes } from "#core/bot/integration-types.ts";
import { idRule, oneOf, stringOf } from "#core/shared/rules.ts";

/** Query parameters: the conversation's name, if any. */
export const conversationQuery = v.object({ conversation: v.optional(idRule) });

export const maxMessages = 100;
export const defaultMessages = 20;

const limitRule = `must be an integer from 1 to ${maxMessages}`;

/** Query parameters: the messages of a conversation. */
export const messagesQuery = v.object({
  ...conversationQuery.entries,
  limit: v.optional(
    v.pipe(v.string(), v.regex(/^(?:[1-9]\d?|100)$/, limitRule), v.transform(Number)),
    String(defaultMessages),
  ),
  before: v.optional(stringOf(1, 128)),
});

/** Query parameters: whose model's server gets the file. */
export const uploadQuery = v.object({ integration: v.optional(oneOf(modelTypes)) });
