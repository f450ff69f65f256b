/** A request to the console, from API Gateway or from the server of a local run. */
export interface ConsoleRequest {
  readonly method: string;
  /** Relative to the console's address and as it was sent, without the query. Empty: the page. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  readonly addresses: ConsoleAddresses;
}

/** Where the console and its bridge are. They come from the deployment, not from what a request claims. */
export interface ConsoleAddresses {
  /** With a slash at its end. */
  readonly consoleUrl: string;
  /** Base URL of the API, without a slash at its end. */
  readonly bridgeUrl: string;
}
