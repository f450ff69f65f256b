/** A call of the IM's own API as an app's server made it: what it said is passed on, its signature is not. */
export interface ForwardedCall {
  readonly appKey: string;
  readonly method: "GET" | "POST";
  /** With its query, where it has one. */
  readonly path: string;
  readonly contentType: string;
  readonly body: string;
}

/** The IM's own answer, for the app's server as it is. */
export interface ImReply {
  readonly status: number;
  readonly contentType: string;
  /** As the IM said it: how long it wants to be left alone. */
  readonly retryAfter?: string;
  readonly body: string;
}

/** Makes the call in the app's name, signed anew. Rejects with a BridgeError where the IM does not answer. */
export type ForwardCall = (call: ForwardedCall) => Promise<ImReply>;
