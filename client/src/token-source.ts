/**
 * A user's token, or a function that gets one. It is called when a token is first needed, and once more when a token is
 * rejected.
 */
export type Token = string | (() => string | Promise<string>);

export interface TokenSource {
  current(): Promise<string>;
  /** A different token than the rejected one; undefined if the token is fixed. */
  renew(rejected: string): Promise<string | undefined>;
}

interface TokenRequest {
  readonly promise: Promise<string>;
  value?: string;
}

/**
 * Shares one request between all calls that wait for a token. They all get its error, and the next call requests again.
 * @throws TypeError if it is neither a string nor a function.
 */
export const makeTokenSource = (token: Token): TokenSource => {
  if (typeof token === "string") return { current: async () => token, renew: async () => undefined };
  if (typeof token !== "function") {
    throw new TypeError(`token: must be a string or a function, got ${typeof token}`);
  }

  let latest: TokenRequest | undefined;
  const requestToken = (): Promise<string> => {
    const request: TokenRequest = { promise: (async () => token())() };
    latest = request;
    request.promise.then(
      (value) => {
        request.value = value;
      },
      () => {
        if (latest === request) latest = undefined;
      },
    );
    return request.promise;
  };
  const current = (): Promise<string> => latest?.promise ?? requestToken();
  // Another call may already have been rejected and requested a new token.
  return { current, renew: (rejected) => (latest?.value === rejected ? requestToken() : current()) };
};
