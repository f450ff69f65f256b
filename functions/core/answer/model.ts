import type { Bot } from "#core/bot/bot.ts";
import type { ModelIntegrationWithKey } from "#core/bot/integration.ts";
import type { ModelType } from "#core/bot/integration-types.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import type { QuestionFile } from "#core/message/question-file.ts";
import type { AnswerEvent, AnswerOutcome } from "./answer.ts";

/** A bot as its models see it: without its integrations, which hold the API keys of other services. */
export type BotProfile = Pick<Bot, "userId" | "name" | "type" | "profileUrl" | "metadata">;

/** What a model is asked. */
export interface Question<T extends ModelType = ModelType> {
  readonly integration: ModelIntegrationWithKey<T>;
  readonly text: string;
  readonly files: readonly QuestionFile[];
  /** The message behind the question and the bot that it was sent to, for models that use more than the text. */
  readonly event: MessageEvent;
  readonly bot: BotProfile;
  /** What the model gave last in this conversation (`AnswerEvent` "memory"); undefined at its beginning. */
  readonly memory: string | undefined;
}

/** How far a question may go. */
export interface AskLimits {
  /** When the answer must have ended, in milliseconds since the epoch. */
  readonly deadline: number;
  /** Aborted when the turn is no longer ours: nothing more may reach the user from here. */
  readonly signal: AbortSignal;
  /** Aborted when the user wants no more of the answer. */
  readonly stop?: AbortSignal;
}

/** Events arrive in order. A promise asks the model to wait before the next. */
export type AnswerListener = (event: AnswerEvent) => void | Promise<void>;

/** What the model is rated with; null takes a rating back. */
export interface Feedback {
  readonly rating: "like" | "dislike" | null;
  readonly note: string | undefined;
}

/**
 * A port for whatever answers. What it must remember of a conversation it hands out as `memory`, and what it calls a turn
 * as `reference`: strings of its own that nobody else reads. Only `ask` is required of it.
 */
export interface Model<T extends ModelType = ModelType> {
  /**
   * Resolves with the outcome within the limits. Never rejects for anything that the model's server does; what the listener
   * throws is thrown on.
   */
  ask(question: Question<T>, listener: AnswerListener, limits: AskLimits): Promise<AnswerOutcome>;
  /** Ends what the server still does for a turn. Rejects where it cannot be reached; that it obeys nobody can know. */
  stop?(integration: ModelIntegrationWithKey<T>, reference: string): Promise<void>;
  /** What the user might ask next; empty where there is nothing to suggest. Rejects with a BridgeError. */
  suggest?(integration: ModelIntegrationWithKey<T>, reference: string): Promise<readonly string[]>;
  /** Rejects with a BridgeError, `not_found` where the server has no such answer. */
  rate?(integration: ModelIntegrationWithKey<T>, reference: string, feedback: Feedback): Promise<void>;
  /** A link of an answer as it works from anywhere, where the server gives links relative to itself. */
  resolveLink?(integration: ModelIntegrationWithKey<T>, url: string): string;
}

/** The model of each type. */
export type Models = { readonly [T in ModelType]: Model<T> };

export const modelFor = <T extends ModelType>(
  models: Models,
  { type }: ModelIntegrationWithKey<T>,
): Model<T> => models[type];
