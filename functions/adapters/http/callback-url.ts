import { isPublicAddress, literalAddress } from "./public-address.ts";

/** Host names that only resolve inside a private network. */
const internalName =
  /(^|\.)(localhost|local|private|internal|intranet|lan|home|corp|localdomain|home\.arpa)$/;

/** Characters that the URL parser silently drops or turns into slashes, while another parser may not. */
const altered = /[\s\\\p{Cc}]/u;

/**
 * Returns the rule that a callback URL breaks, or undefined if it is acceptable. The resolved address is checked later, when
 * connecting (`lookupPublic`). `allowPrivate`: accept http and private addresses, for a local run.
 */
export const callbackUrlFault = (value: string, allowPrivate: boolean): string | undefined => {
  if (!URL.canParse(value)) return "must be a URL";
  if (altered.test(value)) return "must not contain spaces, control characters or backslashes";
  const url = new URL(value);
  if (url.protocol !== "https:" && url.protocol !== "http:") return "must be an https URL";
  if (url.username !== "" || url.password !== "") return "must not contain credentials";
  if (url.hash !== "") return "must not have a fragment";
  if (allowPrivate) return undefined;
  if (url.protocol !== "https:") return "must be an https URL";
  const address = literalAddress(url);
  if (address !== undefined)
    return isPublicAddress(address) ? undefined : "must not be a private or reserved IP address";
  const name = url.hostname.replace(/\.$/, "");
  const labels = name.split(".");
  if (labels.length < 2 || labels.includes("") || internalName.test(name))
    return "must have a public host name";
  return undefined;
};
