import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** Bytes as they arrived. All times here are milliseconds of `performance.now()`. */
export interface Chunk {
  readonly at: number;
  readonly bytes: Buffer;
}

/** The runtime's answer to an event. */
export interface RuntimeReply {
  /** Which of the two endpoints it was posted to. */
  readonly kind: "response" | "error";
  readonly headers: IncomingHttpHeaders;
  readonly chunks: readonly Chunk[];
  /** The trailer that reports a streamed answer's failure. */
  readonly trailers: Readonly<Record<string, string | undefined>>;
}

/** An event that the runtime is processing. */
export interface Invocation {
  readonly requestId: string;
  /** When the runtime took the event; undefined until it does. */
  readonly takenAt: () => number | undefined;
  /** The answer so far. */
  readonly chunks: readonly Chunk[];
  /** Stops reading the answer until `resume`. */
  readonly pause: () => void;
  readonly resume: () => void;
  /** Resolves when the answer is whole; rejects if the runtime has died. */
  readonly replied: Promise<RuntimeReply>;
}

/** An event in the form of the Runtime API. */
export interface Pending {
  readonly requestId: string;
  readonly body: string;
  readonly leftMs: number;
  readonly chunks: Chunk[];
  readonly reply: PromiseWithResolvers<RuntimeReply>;
  takenAt: number | undefined;
  /** Pending while reading is paused. */
  gate: PromiseWithResolvers<void> | undefined;
}

export const newPending = (event: unknown, leftMs: number): Pending => ({
  requestId: randomUUID(),
  body: JSON.stringify(event),
  leftMs,
  chunks: [],
  reply: Promise.withResolvers(),
  takenAt: undefined,
  gate: undefined,
});

export const invocationOf = (pending: Pending): Invocation => ({
  requestId: pending.requestId,
  takenAt: () => pending.takenAt,
  chunks: pending.chunks,
  pause: () => {
    pending.gate ??= Promise.withResolvers();
  },
  resume: () => pending.gate?.resolve(),
  replied: pending.reply.promise,
});
