import * as v from "valibot";
import { eventName } from "#adapters/rongcloud/message-fields.ts";
import { botReply } from "../functions/bot-registry/bot-reply.ts";
import {
  botIdSchema,
  botIdsSchema,
  botSchema,
  botUpdateSchema,
} from "../functions/bot-registry/bot-schema.ts";
import { pageSchema } from "../functions/bot-registry/page-schema.ts";
import { feedbackSchema } from "../functions/chat-control/feedback-schema.ts";
import { chatSchema } from "../functions/chat-stream/chat-schema.ts";
import { botEventSchema } from "../functions/im-callback/bot-event-schema.ts";
import { routedMessageSchema } from "../functions/im-callback/routed-message-schema.ts";
import { groupMessageSchema, privateMessageSchema } from "../functions/message-publish/message-schema.ts";
import { expirySchema } from "../functions/user-token/expiry-schema.ts";
import { userSchema } from "../functions/user-token/user-schema.ts";
import { integrationSchemas, rules } from "./integration-schemas.ts";
import type { NamedSchemas } from "./named-schema.ts";
import * as replies from "./replies.ts";

export const newBot = botSchema(rules);
export const botUpdate = botUpdateSchema(rules);

/** Stands in for the time at which a callback comes. */
const now = 0;

const routed = routedMessageSchema(now);

export const botEvent = botEventSchema(now);
/** What the function parses, but that the time which it bears by default is none that a document knows. */
export const routedMessage = v.object({
  ...routed.entries,
  msgTimestamp: v.exactOptional(routed.entries.msgTimestamp.wrapped),
});

/** JSON Schema does not say how far ahead a time may be. */
export const tokenExpiry = expirySchema(Number.POSITIVE_INFINITY);

const passedOver = "Other fields of RongCloud's send API are accepted, and meant for it.";

export const namedSchemas: NamedSchemas = {
  BotId: { schema: botIdSchema, description: "Names one bot of the app." },
  BotIds: { schema: botIdsSchema, description: "Names some bots of the app." },
  BotQuery: { schema: pageSchema, description: "Which page of the app's bots, in the order of their ids." },
  NewBot: { schema: newBot, description: "A bot, with at most one integration of each type." },
  BotUpdate: {
    schema: botUpdate,
    description:
      "A bot's id, and at least one field to change. Metadata and the list of integrations are replaced whole.",
  },

  EventName: {
    schema: eventName,
    description: "What triggers an integration. `message:group` is read as `message:group_mentioned`.",
  },
  ...integrationSchemas,

  User: {
    schema: userSchema,
    description: "A user as the app presents them. Name and portrait are passed over.",
  },
  TokenExpiry: {
    schema: tokenExpiry,
    description:
      "Up to 20 users, and a time, at most a day ahead: their tokens given before it are good no more.",
  },
  PrivateMessage: {
    schema: privateMessageSchema,
    description: `A message to one or more users or bots. ${passedOver}`,
  },
  GroupMessage: {
    schema: groupMessageSchema,
    description: `A message to groups. It speaks to the bots that its content mentions, if isMentioned is 1. ${passedOver}`,
  },
  RoutedMessage: {
    schema: routedMessage,
    description: "A copy of a message, as RongCloud's full message route sends it.",
  },
  BotEvent: {
    schema: botEvent,
    description:
      "A message to a bot, or something else that happened to it, as RongCloud tells a bot's webhook.",
  },

  ChatQuestion: { schema: chatSchema, description: "What a user says to a bot." },
  Feedback: { schema: feedbackSchema, description: "What a user thinks of an answer." },

  Done: { schema: replies.done, description: "It is done." },
  Bot: { schema: botReply, description: "A bot, with what was left out filled in." },
  BotIntegration: {
    schema: botReply.entries.integrations.wrapped.item,
    description: "An integration, with what was left out filled in.",
  },
  BotsReply: { schema: replies.bots, description: "Some of the app's bots, and how many there are in all." },
  TokenReply: {
    schema: replies.userToken,
    description: "The user's token. Before a real RongCloud `token` is RongCloud's, and `botToken` ours.",
  },
  PrivateMessageReply: {
    schema: replies.sentPrivateMessage,
    description: "The id of the message for each target.",
  },
  GroupMessageReply: {
    schema: replies.sentGroupMessage,
    description: "The id of the message in each group.",
  },
  ChatAnswer: { schema: replies.chatAnswer, description: "An answer as it stands once it has ended." },
  Suggestions: { schema: replies.suggestions, description: "What the user might ask next." },
  Conversation: { schema: replies.conversation, description: "A user's conversation with a bot." },
  Error: { schema: replies.error, description: "What is wrong: the field, the rule, and what was sent." },
};
