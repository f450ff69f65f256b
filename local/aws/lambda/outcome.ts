import type { Readable } from "node:stream";
import type { LambdaError } from "./protocol.ts";

/** How an invocation ended, or for a stream: began. */
export type Outcome =
  | { readonly kind: "value"; readonly payload: string }
  /** Metadata, delimiter and body as the handler writes them; destroyed with an error if it breaks off. */
  | { readonly kind: "stream"; readonly bytes: Readable }
  | { readonly kind: "error"; readonly error: LambdaError };

export type Invoke = (event: unknown) => Promise<Outcome>;
