/** A user's token, or what gets one: called when one is first needed, and once more when it is refused. */
export type Token = string | (() => string | Promise<string>);

export interface TokenSource {
  current(): Promise<string>;
  /** Another token than the one refused; undefined where there is no asking. */
  renew(refused: string): Promise<string | undefined>;
}

interface TokenRequest {
  readonly promise: Promise<string>;
  value?: string;
}

/** Asks once for all calls that wait for a token. What the asking throws goes to them, and the next call asks again. */
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
  // Another call may have been refused before, and asked.
  return { current, renew: (refused) => (latest?.value === refused ? ask() : current()) };
};
