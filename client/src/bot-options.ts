import type { AnswerPart } from "./answer-event.ts";

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface InputOptions {
  /** Stops reading, but not the turn. */
  readonly signal?: AbortSignal | undefined;
  /** Kinds of content to get as events of their own. Default: none; the text has them. */
  readonly parts?: readonly AnswerPart[] | undefined;
}

export interface ChatOptions extends InputOptions {
  /** 1 to 64 visible ASCII characters. The same key and question are the same turn. Default: random. */
  readonly idempotencyKey?: string | undefined;
}

export interface ResumeOptions {
  /** Stops reading, but not the turn. */
  readonly signal?: AbortSignal | undefined;
  /** An answer's `lastEventId`: only later events are sent. Omitted: all events. */
  readonly lastEventId?: string | undefined;
  /** The text up to that event, so that the events' `text` is complete. */
  readonly textSoFar?: string | undefined;
  /** The reasoning up to that event, so that the events' `reasoning` is complete. */
  readonly reasoningSoFar?: string | undefined;
}

export interface HistoryOptions extends CallOptions {
  /** 1 to 100. Default: 20. */
  readonly limit?: number | undefined;
  /** The id of a message: only older ones are returned. */
  readonly before?: string | undefined;
}

export interface UploadOptions extends CallOptions {
  /** Default: that of a `File`. */
  readonly name?: string | undefined;
  /** Type of the integration that the question is for; omitted: the bot's first. */
  readonly integration?: string | undefined;
}
