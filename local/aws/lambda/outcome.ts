import type { Readable } from "node:stream";
import type { LambdaError } from "./protocol.ts";

/** The result of an invocation, or its stream. */
export type Outcome =
  | { readonly kind: "value"; readonly payload: string }
  /** Metadata, delimiter and body as the handler writes them. Destroyed with an error if the handler fails. */
  | { readonly kind: "stream"; readonly bytes: Readable }
  | { readonly kind: "error"; readonly error: LambdaError };

export type Invoke = (event: unknown) => Promise<Outcome>;
