import type { InferUIMessageChunk, UIMessage } from "ai";
import type { FormInput, InputForm } from "../input-form.ts";
import type { JsonObject } from "../json.ts";

/** An answer's data in addition to its parts. All but the first three are set at its end. */
export interface BotMessageMetadata {
  /** For `bot.feedback` and `bot.suggested`. It is also the message's id. */
  readonly turn: string;
  /** Name of the conversation; null for the one that the user has with the bot in the IM. */
  readonly conversation: string | null;
  /** Identifies the bridge's response in its log. */
  readonly requestId?: string;
  readonly stopped?: boolean;
  /** Whether the answer continues after human input, with or without a form for this user. */
  readonly paused?: boolean;
  /** Why the model ended early, such as `length` or `content_filter`. */
  readonly truncated?: string | null;
  /** Usage as counted by the bot's app. */
  readonly usage?: JsonObject | null;
}

/** The form of a paused answer: the data of a `data-form` part. */
export interface BotForm extends InputForm {
  readonly turn: string;
  /** Asks for the form's next value as Markdown, for pages that show no form. */
  readonly prompt: string | null;
  /** What the user filled in; null while the form is open. */
  readonly filledIn: FormInput | null;
}

/** The question or the connection is tried again: the data of a transient `data-retrying` part, for `onData`. */
export interface Retrying {
  /** 1 for the first retry since the last progress. */
  readonly attempt: number;
  readonly delayMs: number;
  /** `busy`: the bridge answered that the bot is. `connection`: it did not answer, or something in front of it failed. */
  readonly reason: "busy" | "connection";
}

export type BotDataParts = Record<"form", BotForm> & Record<"retrying", Retrying>;

/** A message of `useChat` with a bot: `useChat<BotUIMessage>`. */
export type BotUIMessage = UIMessage<BotMessageMetadata, BotDataParts>;

export type BotMessageParts = BotUIMessage["parts"];

export type BotChunk = InferUIMessageChunk<BotUIMessage>;
