/** A call of the bridge's API, as a page sends it or as a curl command does. */
export interface ApiCall {
  readonly method: "GET" | "POST";
  readonly path: `/${string}`;
  /** A signature of the app, a user's token, or nothing. */
  readonly auth: "signature" | "token" | "none";
  readonly body?: { readonly json: object } | { readonly form: Readonly<Record<string, string>> };
  /** Whether the reply is a stream of events. */
  readonly isStream?: boolean;
}
