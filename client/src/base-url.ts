import { checkString } from "./check-argument.ts";

const maxShown = 200;

const canParse = (url: string): boolean => {
  try {
    new URL(url);
    return true;
  } catch {
    return false;
  }
};

/** By patterns, since React Native's `URL` accepts nearly everything and has few of its fields. */
const faultOf = (url: string): string | undefined => {
  if (!/^https?:\/\/[^\s/?#]/i.test(url) || /\s/.test(url) || !canParse(url)) {
    return "must be an absolute http or https URL";
  }
  if (/[?#]/.test(url)) return "must have no query and no fragment";
  // fetch refuses them.
  if (/^[^/]+\/\/[^/]*@/.test(url)) return "must have no user name and no password";
  return undefined;
};

const shown = (url: string): string => JSON.stringify(url.replace(/\/\/[^/]*@/, "//…@").slice(0, maxShown));

/**
 * The bridge's URL without slashes at its end.
 * @throws TypeError if it cannot be one: names the rule and the value.
 */
export const parseBaseUrl = (given: unknown): string => {
  const url = checkString("url", given);
  const fault = faultOf(url);
  if (fault !== undefined) throw new TypeError(`url: ${fault}, got ${shown(url)}`);
  let base = url;
  while (base.endsWith("/")) base = base.slice(0, -1);
  return base;
};
