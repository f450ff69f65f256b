import { withoutTrailingSlashes } from "#adapters/http/base-url.ts";

/** An address as it was typed, so that paths can be appended. */
export const addressOf = (typed: string): string => withoutTrailingSlashes(typed.trim());

const onThisMachine = /^(localhost|127\.|\[::1\]|0\.0\.0\.0)/;

/** Whether RongCloud can call the address at all; whether it is reachable, only a message shows. */
export const isCallable = (url: string): boolean => {
  const parsed = URL.parse(addressOf(url));
  return parsed?.protocol === "https:" && !onThisMachine.test(parsed.host);
};
