/** Without slashes at its end, so that paths can be appended. */
export const withoutSlashes = (url: string): string => url.trim().replace(/\/+$/, "");

const onThisMachine = /^(localhost|127\.|\[::1\]|0\.0\.0\.0)/;

/** Whether RongCloud can call the address at all; whether it is reachable, only a message shows. */
export const isCallable = (url: string): boolean => {
  const parsed = URL.parse(withoutSlashes(url));
  return parsed?.protocol === "https:" && !onThisMachine.test(parsed.host);
};
