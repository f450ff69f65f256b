import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** Bytes as they came. Here, all times are milliseconds by `performance.now()`. */
export interface Chunk {
  readonly at: number;
  readonly bytes: Buffer;
}

/** What the runtime has answered to an event. */
export interface RuntimeReply {
  /** Which of the two places it was posted to. */
  readonly kind: "response" | "error";
  readonly headers: IncomingHttpHeaders;
  readonly chunks: readonly Chunk[];
  /** A streamed answer's failure stands here. */
  readonly trailers: Readonly<Record<string, string | undefined>>;
}

/** An event on its way through the runtime. */
export interface Invocation {
  readonly requestId: string;
  /** When the runtime took the event; undefined until it does. */
  readonly takenAt: () => number | undefined;
  /** What has come of the answer so far. */
  readonly chunks: readonly Chunk[];
  /** Takes no more of the answer, until it is to be read on. */
  readonly holdBack: () => void;
  readonly readOn: () => void;
  /** Resolves when the answer is whole; rejects where the runtime has died. */
  readonly replied: Promise<RuntimeReply>;
}

/** An event as the Runtime API knows it. */
export interface Pending {
  readonly requestId: string;
  readonly body: string;
  readonly leftMs: number;
  readonly chunks: Chunk[];
  readonly reply: PromiseWithResolvers<RuntimeReply>;
  takenAt: number | undefined;
  /** Unresolved while nothing more is taken. */
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
  holdBack: () => {
    pending.gate ??= Promise.withResolvers();
  },
  readOn: () => pending.gate?.resolve(),
  replied: pending.reply.promise,
});
