import { Readable } from "node:stream";
import type { Outcome } from "./outcome.ts";
import type { InvocationMessage, LambdaError } from "./protocol.ts";

/** The invocation of a thread with one event. */
export interface Invocation {
  /** Resolves with the result, or with the stream at its first chunk. */
  readonly outcome: Promise<Outcome>;
  /** Resolves when the handler has finished, with the error if it failed. */
  readonly finished: Promise<LambdaError | undefined>;
  receive(message: InvocationMessage): void;
  fail(error: LambdaError): void;
}

export const startInvocation = (onChunkAccepted: () => void): Invocation => {
  const outcome = Promise.withResolvers<Outcome>();
  const finished = Promise.withResolvers<LambdaError | undefined>();
  let bytes: Readable | undefined;

  const stream = () => {
    if (!bytes) {
      // It may be destroyed before it has a reader, and an unhandled 'error' event would end the process.
      bytes = new Readable({ read: onChunkAccepted }).on("error", () => {});
      outcome.resolve({ kind: "stream", bytes });
    }
    return bytes;
  };
  const fail = (error: LambdaError) => {
    bytes?.destroy(new Error(`${error.errorType}: ${error.errorMessage}`));
    outcome.resolve({ kind: "error", error });
    finished.resolve(error);
  };

  return {
    outcome: outcome.promise,
    finished: finished.promise,
    fail,
    receive(message) {
      switch (message.kind) {
        case "chunk":
          stream().push(message.bytes);
          return;
        case "streamEnd":
          stream().push(null);
          finished.resolve(undefined);
          return;
        case "value":
          outcome.resolve(message);
          finished.resolve(undefined);
          return;
        case "error":
          fail(message.error);
      }
    },
  };
};
