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
 */
export const makeTokenSource = (token: Token): TokenSource => {
  if (typeof token === "string") return { current: async () => token, renew: async () => undefined };

  let latest: TokenRequest | undefined;
  const ask = (): Promise<string> => {
    const asked: TokenRequest = { promise: (async () => token())() };
    latest = asked;
    asked.promise.then(
      (value) => {
        asked.value = value;
      },
      () => {
        if (latest === asked) latest = undefined;
      },
    );
    return asked.promise;
  };
  const current = (): Promise<string> => latest?.promise ?? ask();
  // Another call may already have been rejected and requested a new token.
  return { current, renew: (rejected) => (latest?.value === rejected ? ask() : current()) };
};
