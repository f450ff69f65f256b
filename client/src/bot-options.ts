export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface InputOptions {
  /** Stops reading, but not the turn. */
  readonly signal?: AbortSignal | undefined;
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
}
