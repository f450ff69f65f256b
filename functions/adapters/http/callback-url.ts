import { isPublicAddress, literalAddress } from "./public-address.ts";

/** Names that only resolve inside a network: none of them is an app's server on the internet. */
const internalName =
  /(^|\.)(localhost|local|private|internal|intranet|lan|home|corp|localdomain|home\.arpa)$/;

/** What the URL parser drops or turns into a slash in silence, and another reader may not. */
const altered = /[\s\\\p{Cc}]/u;

/**
 * Why a callback URL is not acceptable, or undefined where it is. What the name resolves to is checked later, on
 * the address that is connected to. `allowPrivate`: as on one machine, where the other side is a neighbour.
 */
export const callbackUrlFault = (value: string, allowPrivate: boolean): string | undefined => {
  if (!URL.canParse(value)) return "must be a URL";
  if (altered.test(value)) return "must not hold blanks, control characters or backslashes";
  const url = new URL(value);
  if (url.protocol !== "https:" && url.protocol !== "http:") return "must be an https URL";
  if (url.username !== "" || url.password !== "") return "must not hold credentials";
  if (url.hash !== "") return "must not have a fragment";
  if (allowPrivate) return undefined;
  if (url.protocol !== "https:") return "must be an https URL";
  const address = literalAddress(url);
  if (address !== undefined) return isPublicAddress(address) ? undefined : "must not name a special address";
  const name = url.hostname.replace(/\.$/, "");
  const labels = name.split(".");
  if (labels.length < 2 || labels.includes("") || internalName.test(name)) return "must name a public host";
  return undefined;
};
