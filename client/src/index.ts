export type { Answer } from "./answer.ts";
export type { AnswerEnd, AnswerEvent, AnswerPart, AnswerRetrying, AnswerStart } from "./answer-event.ts";
export type { AnswerFile } from "./answer-file.ts";
export type { Bot } from "./bot.ts";
export { type BotClient, type BotClientOptions, createBotClient } from "./bot-client.ts";
export { BotError, type BotErrorDetails } from "./bot-error.ts";
export type {
  CallOptions,
  ChatOptions,
  HistoryOptions,
  InputOptions,
  ResumeOptions,
  UploadOptions,
} from "./bot-options.ts";
export type { Clock } from "./clock.ts";
export type { Conversation } from "./conversation.ts";
export { type BotErrorCode, botErrorCodes } from "./error-codes.ts";
export type { HistoryMessage, HistoryPage, Rating } from "./history.ts";
export type { FormField, FormInput, InputForm } from "./input-form.ts";
export type { JsonObject } from "./json.ts";
export type { Question, QuestionFile, QuestionFileType } from "./question.ts";
export type { Token } from "./token-source.ts";
export type { Fetch } from "./transport.ts";
