import { isPublicAddress, literalAddress } from "./public-address.ts";

/** Host names that only resolve inside a private network. */
const internalName =
  /(^|\.)(localhost|local|private|internal|intranet|lan|home|corp|localdomain|svc|home\.arpa)$/;

/** Characters that the URL parser silently drops or turns into slashes, while another parser may not. */
const altered = /[\s\\\p{Cc}]/u;

/** Characters that are not shown, such as soft hyphens. The parser drops them from host names. */
const invisible = /\p{Default_Ignorable_Code_Point}/u;

/** The part of a URL before its path. */
const originPart = /^[^/?#]*\/*[^/?#]*/;

const alteredFault = (value: string): string | undefined =>
  altered.test(value) ? "must not contain spaces, control characters or backslashes" : undefined;

const credentialsFault = ({ username, password }: URL): string | undefined =>
  username !== "" || password !== "" ? "must not contain credentials" : undefined;

const hostFault = (url: URL): string | undefined => {
  const address = literalAddress(url);
  if (address !== undefined)
    return isPublicAddress(address) ? undefined : "must not be a private or reserved IP address";
  const name = url.hostname.replace(/\.$/, "");
  const labels = name.split(".");
  return labels.length < 2 || labels.includes("") || internalName.test(name)
    ? "must have a public host name"
    : undefined;
};

/** Ways to write a host that another parser could read as another host. */
const originFault = (value: string, { port }: URL): string | undefined => {
  if (invisible.test(value)) return "must not contain invisible characters, such as soft hyphens";
  const [origin = ""] = originPart.exec(value) ?? [];
  if (origin.includes("%")) return "must not have percent-encoded characters in its host";
  return port === "0" ? "must not have port 0" : undefined;
};

const isHttp = ({ protocol }: URL): boolean => protocol === "https:" || protocol === "http:";

/**
 * Returns the rule that a callback URL breaks, or undefined if it is acceptable. The resolved address is checked later, when
 * connecting (`lookupPublic`). `allowPrivate`: accept http and private addresses, for a local run.
 */
export const callbackUrlFault = (value: string, allowPrivate: boolean): string | undefined => {
  const url = URL.parse(value);
  if (!url) return "must be a URL";
  const isAllowed = allowPrivate ? isHttp(url) : url.protocol === "https:";
  return (
    alteredFault(value) ??
    (isHttp(url) ? credentialsFault(url) : "must be an https URL") ??
    (url.hash === "" ? undefined : "must not have a fragment") ??
    (isAllowed ? undefined : "must be an https URL") ??
    (allowPrivate ? undefined : hostFault(url)) ??
    originFault(value, url)
  );
};

/**
 * Returns the rule that a file's URL breaks, or undefined if it is acceptable. The model's server fetches the file: what a name
 * resolves to is for that server to check (docs/security.md). `allowPrivate`: accept private addresses, for a local run.
 */
export const fileUrlFault = (value: string, allowPrivate: boolean): string | undefined => {
  const url = URL.parse(value);
  if (!url || !isHttp(url)) return "must be an http or https URL";
  return (
    alteredFault(value) ??
    credentialsFault(url) ??
    (allowPrivate ? undefined : hostFault(url)) ??
    originFault(value, url)
  );
};
