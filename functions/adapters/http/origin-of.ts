/** A URL that cannot be parsed is an origin of its own: nothing is ever sent to it. */
export const originOf = (callbackUrl: string): string => URL.parse(callbackUrl)?.origin ?? callbackUrl;
