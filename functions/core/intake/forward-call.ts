/** An app server's call to the IM's API. Everything is forwarded except its signature. */
export interface ForwardedCall {
  readonly appKey: string;
  readonly method: "GET" | "POST";
  /** Includes the query string, if any. */
  readonly path: string;
  readonly contentType: string;
  readonly body: string;
  /** Identifies the call here and at the IM. */
  readonly requestId: string | undefined;
}

/** The IM's reply, returned to the app's server unchanged. */
export interface ImReply {
  readonly status: number;
  readonly contentType: string;
  /** The IM's `Retry-After` header. */
  readonly retryAfter?: string;
  readonly body: string;
}

/** Makes the call on behalf of the app, with a new signature. Rejects with a BridgeError if the IM does not answer. */
export type ForwardCall = (call: ForwardedCall) => Promise<ImReply>;
