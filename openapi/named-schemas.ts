import * as v from "valibot";
import { eventName } from "#adapters/rongcloud/message-fields.ts";
import { turnStory } from "../functions/adapters/api-gateway/turn-reply.ts";
import { botChatSchema, pauseSchema } from "../functions/bot-registry/bot-chat-schema.ts";
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
import { deadLetter, redrivenReply } from "../functions/dead-letters/dead-letters-reply.ts";
import { deadQuerySchema, redriveSchema } from "../functions/dead-letters/dead-letters-schema.ts";
import { botEventSchema } from "../functions/im-callback/bot-event-schema.ts";
import { routedMessageSchema } from "../functions/im-callback/routed-message-schema.ts";
import { groupMessageSchema, privateMessageSchema } from "../functions/message-publish/message-schema.ts";
import { recallSchema } from "../functions/message-publish/recall-schema.ts";
import { groupChunkSchema, privateChunkSchema } from "../functions/message-publish/stream-schema.ts";
import { turnGetSchema, turnQuerySchema, usageQuerySchema } from "../functions/turn-query/query-schema.ts";
import { exportedItems } from "../functions/user-data/person-reply.ts";
import { eraseSchema, exportSchema } from "../functions/user-data/person-schema.ts";
import { expirySchema } from "../functions/user-token/expiry-schema.ts";
import { profileQuerySchema, profileSchema, userSchema } from "../functions/user-token/user-schema.ts";
import { answerFile, formField, formFields, source, usage } from "./answer-schemas.ts";
import { chatEvent, chatEvents } from "./chat-events.ts";
import { integrationSchemas, rules } from "./integration-schemas.ts";
import type { NamedSchemas } from "./named-schema.ts";
import * as replies from "./reply-schemas.ts";

export const newBot = botSchema(rules);
export const botUpdate = botUpdateSchema(rules);

/** Any value does: schemas take the time of a callback only as a default, which the document omits. */
const now = 0;

const routed = routedMessageSchema(now);

export const botEvent = botEventSchema(now);
/** As the function parses it, without the default for its time, which is not a constant. */
export const routedMessage = v.object({
  ...routed.entries,
  msgTimestamp: v.exactOptional(routed.entries.msgTimestamp.wrapped),
});

/** JSON Schema cannot limit how far ahead a time is. */
export const tokenExpiry = expirySchema(Number.POSITIVE_INFINITY);

const ignoredFields = "Other fields of RongCloud's send API are accepted; only RongCloud uses them.";

const eventSchemas: NamedSchemas = {
  ChatStartEvent: { schema: chatEvents.start, description: "The answer begins." },
  ChatDeltaEvent: { schema: chatEvents.delta, description: "More text of the answer." },
  ChatReplaceEvent: { schema: chatEvents.replace, description: "Text that replaces the answer so far." },
  ChatReasoningEvent: {
    schema: chatEvents.reasoning,
    description: "More of the model's reasoning. Only if `parts` of the question has `reasoning`.",
  },
  ChatFileEvent: {
    schema: chatEvents.file,
    description:
      "A file of the answer that its text does not link to. Only if `parts` of the question has `file`.",
  },
  ChatEndEvent: { schema: chatEvents.end, description: "The answer is complete. No more events follow." },
  ChatErrorEvent: { schema: chatEvents.error, description: "The answer failed. No more events follow." },
  ChatEvent: {
    schema: chatEvent,
    description:
      "One event of a chat stream, with its `data` parsed as JSON. Ignore events with other names.",
  },
};

const formSchemas: NamedSchemas = {
  TextField: { schema: formFields.text, description: "A field for a text." },
  ChoiceField: { schema: formFields.choice, description: "A field for one of several values." },
  FileField: { schema: formFields.file, description: "A field for a file." },
  FilesField: { schema: formFields.files, description: "A field for several files." },
  FormField: {
    schema: formField,
    description: "A field of a form. Ignore forms with fields of other types.",
  },
};

export const namedSchemas: NamedSchemas = {
  ...formSchemas,
  BotId: { schema: botIdSchema, description: "Identifies one bot of the app." },
  BotIds: { schema: botIdsSchema, description: "Identifies bots of the app." },
  BotQuery: { schema: pageSchema, description: "A page of the app's bots, which are ordered by user ID." },
  NewBot: { schema: newBot, description: "A bot, with at most one integration of each type." },
  BotUpdate: {
    schema: botUpdate,
    description:
      "A bot's user ID, and at least one field to change. `metadata` and `integrations` replace the stored values entirely.",
  },

  BotChat: { schema: botChatSchema, description: "A bot's chat in the IM, with a user or in a group." },
  BotPause: {
    schema: pauseSchema,
    description: "A bot's chat in the IM, and until when it is paused there.",
  },

  EventName: {
    schema: eventName,
    description:
      "An event that triggers an integration. `message:group` is an alias of `message:group_mentioned`.",
  },
  ...integrationSchemas,

  TurnQuery: { schema: turnQuerySchema, description: "Which turns are listed, and a page of them." },
  TurnIds: { schema: turnGetSchema, description: "Exactly one ID of a turn, and where to look for it." },
  UsageQuery: { schema: usageQuerySchema, description: "Which turns are summed up, and by what." },
  DeadLetterQuery: { schema: deadQuerySchema, description: "Which of the app's dead letters are listed." },
  DeadLetterRedrive: {
    schema: redriveSchema,
    description: "Which dead letters are redriven: exactly one of `ids` and `filter`.",
  },
  UserExport: { schema: exportSchema, description: "Whose data are exported, and from where on." },
  UserErasure: { schema: eraseSchema, description: "Whose data are erased." },
  User: { schema: userSchema, description: "A user of the app." },
  TokenExpiry: {
    schema: tokenExpiry,
    description: "Users, and the time before which their tokens were issued; at most one day in the future.",
  },
  UserQuery: { schema: profileQuerySchema, description: "Identifies a user or bot of the app." },
  UserProfile: { schema: profileSchema, description: "What is known about a user." },
  PrivateMessage: {
    schema: privateMessageSchema,
    description: `A message to one or more users or bots. ${ignoredFields}`,
  },
  GroupMessage: {
    schema: groupMessageSchema,
    description: `A message to groups. It addresses the bots that its content mentions, if isMentioned is 1. ${ignoredFields}`,
  },
  MessageRecall: {
    schema: recallSchema,
    description: `A message that is taken back. ${ignoredFields}`,
  },
  PrivateStreamChunk: {
    schema: privateChunkSchema,
    description: `One chunk of a stream message to a user. ${ignoredFields}`,
  },
  GroupStreamChunk: {
    schema: groupChunkSchema,
    description: `One chunk of a stream message to a group. ${ignoredFields}`,
  },
  StreamChunkContent: {
    schema: privateChunkSchema.entries.content,
    description:
      "What a chunk adds. Other fields of RongCloud's `RC:StreamMsg`, such as `type` in the first chunk, are passed to the IM.",
  },
  RoutedMessage: {
    schema: routedMessage,
    description: "A copy of a message, as RongCloud's full message route sends it.",
  },
  BotEvent: {
    schema: botEvent,
    description: "A message to a bot or another event of a bot, as RongCloud sends it to the bot's webhook.",
  },

  ChatQuestion: { schema: chatSchema, description: "A user's question to a bot." },
  Feedback: { schema: feedbackSchema, description: "A user's rating of an answer." },
  AnswerUsage: { schema: usage, description: "What an answer cost, as the model's server reports it." },
  AnswerSource: { schema: source, description: "A passage of a knowledge base that an answer is based on." },
  AnswerFile: { schema: answerFile, description: "A file of an answer." },
  ...eventSchemas,

  Done: { schema: replies.done, description: "The call succeeded." },
  Bot: { schema: botReply, description: "A bot, with defaults filled in." },
  BotIntegration: {
    schema: botReply.entries.integrations.wrapped.item,
    description: "An integration, with defaults filled in.",
  },
  BotsReply: { schema: replies.bots, description: "Bots of the app, and their total number." },
  BotChatReply: { schema: replies.botChat, description: "Whether a bot is paused in a chat." },
  IntegrationTestReply: {
    schema: replies.testedIntegration,
    description: "What a test of an integration found.",
  },
  Turn: { schema: turnStory, description: "What became of a message to a bot." },
  TurnsReply: { schema: replies.turns, description: "A page of turns, newest first." },
  FoundTurnsReply: { schema: replies.foundTurns, description: "The turns with an ID, newest first." },
  UsageReply: { schema: replies.usageOfTurns, description: "Turns, tokens and prices of each group." },
  DeadLetter: { schema: deadLetter, description: "A job that was given up." },
  DeadLettersReply: { schema: replies.deadLetters, description: "Dead letters of the app." },
  RedriveResult: {
    schema: redrivenReply.entries.results.item,
    description: "What became of a dead letter.",
  },
  RedriveReply: { schema: replies.redrivenDeadLetters, description: "What became of each dead letter." },
  ExportedProfile: { schema: exportedItems.profile, description: "The user's name and picture." },
  ExportedConversation: {
    schema: exportedItems.conversation,
    description: "A conversation that the bridge continues.",
  },
  ExportedTurn: { schema: exportedItems.turn, description: "What became of a message to a bot." },
  ExportedMessage: {
    schema: exportedItems.message,
    description: "A question and its answer that Dify keeps.",
  },
  ExportFailure: { schema: exportedItems.failed, description: "A Dify app whose server did not answer." },
  NotListed: {
    schema: exportedItems.not_listed,
    description: "A Dify app whose answers have no list: text completion and workflows.",
  },
  UserExportReply: { schema: replies.exportedPage, description: "A page of a user's data." },
  UserErasureReply: { schema: replies.erasedPerson, description: "What was erased, and what is left." },
  TokenReply: { schema: replies.userToken, description: "The user's token." },
  PrivateMessageReply: {
    schema: replies.sentPrivateMessage,
    description: "The message's ID for each recipient.",
  },
  GroupMessageReply: { schema: replies.sentGroupMessage, description: "The message's ID in each group." },
  StreamChunkReply: { schema: replies.sentChunk, description: "The ID of the stream message." },
  UserProfileReply: { schema: replies.userProfile, description: "What is known about a user or bot." },
  ChatAnswer: { schema: replies.chatAnswer, description: "A complete answer." },
  Suggestions: { schema: replies.suggestions, description: "Questions that the user might ask next." },
  ConversationMessages: {
    schema: replies.messages,
    description: "Messages of a user's conversation with a bot.",
  },
  Upload: { schema: replies.upload, description: "A file that was passed on to the model's server." },
  Conversation: { schema: replies.conversation, description: "A user's conversation with a bot." },
  Error: { schema: replies.error, description: "Why a call failed." },
};
