import type { Bot } from "#core/bot/bot.ts";
import type { ModelIntegrationWithKey } from "#core/bot/integration.ts";
import type { IntegrationReport } from "#core/bot/integration-report.ts";
import type { ModelType } from "#core/bot/integration-types.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import type { FileKind, QuestionFile, UploadedFile } from "#core/message/question-file.ts";
import type { AnswerEvent, AnswerOutcome } from "./answer.ts";
import type { AnswerFile } from "./answer-facts.ts";
import type { FormInput } from "./pause.ts";

/** The bot's data that models get: without its integrations, which hold the API keys of other services. */
export type BotProfile = Pick<Bot, "userId" | "name" | "type" | "profileUrl" | "metadata">;

/** A question to a model. */
export interface Question<T extends ModelType = ModelType> {
  readonly integration: ModelIntegrationWithKey<T>;
  readonly text: string;
  readonly files: readonly QuestionFile[];
  /** The message behind the question and the bot that it was sent to, for models that use more than the text. */
  readonly event: MessageEvent;
  readonly bot: BotProfile;
  /** The last `AnswerEvent` "memory" of this conversation; undefined in a new one. */
  readonly memory: string | undefined;
}

/** The limits of a call to a model. */
export interface AskLimits {
  /** When the answer must be complete, in milliseconds since the epoch. */
  readonly deadline: number;
  /** Aborted when the lease is lost: this process must send nothing more to the user. */
  readonly signal: AbortSignal;
  /** Aborted when the rest of the answer is not wanted; with `questionRecalled` if the question is not to be remembered. */
  readonly stop?: AbortSignal;
}

/** A test of an integration. */
export interface IntegrationTest<T extends ModelType = ModelType> {
  readonly integration: ModelIntegrationWithKey<T>;
  /** The bot that would ask. */
  readonly bot: BotProfile;
  /** When the test must be over, in milliseconds since the epoch. */
  readonly deadline: number;
  /** Aborted at the deadline. */
  readonly signal: AbortSignal;
}

/** The reason of a stop because the user took the question back. */
export const questionRecalled = "the question was recalled";

/** An answer that waits for human input, to be continued. */
export interface PausedAnswer<T extends ModelType = ModelType> {
  readonly integration: ModelIntegrationWithKey<T>;
  /** See `Pause`. */
  readonly reference: string;
  /** Undefined: somebody else may have given it. */
  readonly input: FormInput | undefined;
}

export type ResumeOutcome =
  | AnswerOutcome
  /** Nothing new so far. `isRunning`: the input has been given, and the rest of the answer will come soon. */
  | { readonly status: "waiting"; readonly isRunning: boolean }
  /** The form cannot be filled in any more, and the rest of the answer has not come yet. */
  | { readonly status: "closed"; readonly reason: "answered" | "expired" }
  /** The model's server does not accept the values. */
  | { readonly status: "rejected" };

/** Receives events in order. A returned promise asks the model to wait before the next event. */
export type AnswerListener = (event: AnswerEvent) => void | Promise<void>;

/** How the model's server names a turn, for those who look for it there. */
export interface ModelIds {
  readonly task?: string | undefined;
  readonly message?: string | undefined;
  readonly conversation?: string | undefined;
}

/** A file that a user sends, to be named in a question. */
export interface NewFile {
  readonly kind: FileKind;
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export const ratings = ["like", "dislike"] as const;
export type Rating = (typeof ratings)[number];

/** A user's rating of an answer; null withdraws the rating. */
export interface Feedback {
  readonly rating: Rating | null;
  readonly note: string | undefined;
}

/** A conversation that a model's server keeps. Times are in milliseconds since the epoch. */
export interface KeptConversation {
  readonly id: string;
  readonly name: string;
  readonly startedAt: number;
}

/** A question and its answer that a model's server keeps. */
export interface KeptMessage {
  readonly id: string;
  readonly question: string;
  readonly answer: string;
  /** Milliseconds since the epoch. */
  readonly askedAt: number | undefined;
}

/** A question of a conversation, and its answer as the model gave it: with reasoning between marks and relative links. */
export interface TranscriptMessage extends KeptMessage {
  readonly rating: Rating | null;
  /** Files of the answer. */
  readonly files: readonly AnswerFile[];
}

/** `next`: where the next page begins; undefined if there is none. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

/**
 * What a model's server keeps of a user, also of conversations that the bridge no longer knows. Calls reject with a
 * BridgeError.
 */
export interface ModelHistory<T extends ModelType = ModelType> {
  /** The types whose server keeps conversations that can be listed. */
  readonly lists: readonly ModelType[];
  /** Newest first. Rejects if `after` was removed. */
  conversations(
    integration: ModelIntegrationWithKey<T>,
    userId: string,
    after: string | undefined,
  ): Promise<Page<KeptConversation>>;
  /** Pages begin with the newest; within a page, the oldest is the first. Empty if there is no such conversation. */
  messages(
    integration: ModelIntegrationWithKey<T>,
    userId: string,
    conversationId: string,
    before: string | undefined,
  ): Promise<Page<KeptMessage>>;
  /** Succeeds if there is no such conversation. */
  remove(integration: ModelIntegrationWithKey<T>, userId: string, conversationId: string): Promise<void>;
}

export interface TranscriptRange {
  /** Of the page; it may have fewer. */
  readonly limit: number;
  /** The id of the message that the page ends before; undefined: the newest is the last. */
  readonly before: string | undefined;
}

/** Reads conversations by their memory, for models whose conversations can be read. */
export interface Transcripts<T extends ModelType = ModelType> {
  /** The types that have conversations. */
  readonly types: readonly ModelType[];
  /**
   * Pages begin with the newest; within a page, the oldest is the first. Rejects with a BridgeError: `not_found` if there is
   * no such conversation any more, `bad_parameter` if it has no message `before`.
   */
  read(
    integration: ModelIntegrationWithKey<T>,
    memory: string,
    range: TranscriptRange,
  ): Promise<Page<TranscriptMessage>>;
}

/**
 * The port for anything that answers questions. `memory` is the state of a conversation that the model needs with the next
 * question; `reference` is its id for a turn. Both are opaque strings that only the model interprets. Only `ask` is
 * required.
 */
export interface Model<T extends ModelType = ModelType> {
  /**
   * Resolves with the outcome, within the limits. Rejects only if the listener throws, with that error; failures of the
   * model's server are outcomes.
   */
  ask(question: Question<T>, listener: AnswerListener, limits: AskLimits): Promise<AnswerOutcome>;
  /**
   * Gives the input for a paused answer, and sends its rest to the listener: only what is new since the pause. Resolves
   * and rejects like `ask`. For models whose outcome "paused" has a reference.
   */
  resume?(paused: PausedAnswer<T>, listener: AnswerListener, limits: AskLimits): Promise<ResumeOutcome>;
  /**
   * Finds the answer of a turn whose worker died, without asking again, and waits for it if the server still works on it.
   * Emits the whole answer from its beginning. Undefined if the server has no answer; then nothing was emitted. Otherwise as
   * `ask`.
   */
  recover?(
    question: Question<T>,
    reference: string,
    listener: AnswerListener,
    limits: AskLimits,
  ): Promise<AnswerOutcome | undefined>;
  /** Asks the server to stop working on a turn. Rejects if the server cannot be reached; whether it stopped is not known. */
  stop?(integration: ModelIntegrationWithKey<T>, reference: string): Promise<void>;
  /** What the server calls a turn and its conversation, as far as the reference and the memory say. */
  idsOf?(reference: string | undefined, memory: string | undefined): ModelIds;
  /** The reference to a message of a user, for `suggest` and `rate`. The server refuses messages of others. */
  referenceTo?(userId: string, messageId: string): string;
  /** Suggested next questions; may be empty. Rejects with a BridgeError. */
  suggest?(integration: ModelIntegrationWithKey<T>, reference: string): Promise<readonly string[]>;
  /** Rejects with a BridgeError, `not_found` if the server does not know the answer. */
  rate?(integration: ModelIntegrationWithKey<T>, reference: string, feedback: Feedback): Promise<void>;
  /** Tests whether the server would answer the integration's questions. Never rejects. Without it, the model is asked a word. */
  check?(test: IntegrationTest<T>): Promise<IntegrationReport>;
  /**
   * Passes a file on to the server, for a user's questions. Rejects with a BridgeError whose message is for the user if the
   * server refuses the file.
   */
  upload?(integration: ModelIntegrationWithKey<T>, userId: string, file: NewFile): Promise<UploadedFile>;
  /** For servers that keep conversations. */
  readonly history?: ModelHistory<T>;
  /** For models whose conversations can be read. */
  readonly transcripts?: Transcripts<T>;
  /** Returns a link of an answer as an absolute URL; for servers that send relative links. */
  resolveLink?(integration: ModelIntegrationWithKey<T>, url: string): string;
}

/** One model per integration type. */
export type Models = { readonly [T in ModelType]: Model<T> };

export const modelFor = <T extends ModelType>(
  models: Models,
  { type }: ModelIntegrationWithKey<T>,
): Model<T> => models[type];
