import type { HostAliases } from "./host-aliases.ts";

/** Messages between the pool and its threads. */

export interface ThreadData {
  /** The handler's module and the name it exports. */
  readonly moduleUrl: string;
  readonly exportName: string;
  readonly hostAliases: HostAliases;
}

export interface InvocationContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly deadline: number;
}

/** `requestId`: which of a thread's invocations a message belongs to. */
export type ToThread =
  | { readonly kind: "invoke"; readonly event: string; readonly context: InvocationContext }
  /** The last chunk was accepted; the thread may send the next. */
  | { readonly kind: "chunkTaken"; readonly requestId: string };

export interface LambdaError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export type InvocationMessage =
  | { readonly kind: "value"; readonly payload: string }
  | { readonly kind: "error"; readonly error: LambdaError }
  | { readonly kind: "chunk"; readonly bytes: Uint8Array }
  | { readonly kind: "streamEnd" };

export type FromThread =
  | { readonly kind: "ready" }
  | { readonly kind: "initFailed"; readonly error: LambdaError }
  | { readonly kind: "invocation"; readonly requestId: string; readonly message: InvocationMessage };
