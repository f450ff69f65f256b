import { isPublicAddress, literalAddress } from "#adapters/http/public-address.ts";

/** Paths of Dify's files: `/files/tools/<name>`, `/files/<id>/file-preview`, also below the prefix of an API. */
const filePath = /^(?:\.?\/)?(?:(?:v1|console\/api)\/)?files\/(?:tools\/|[0-9a-f-]{36}\/)/;

/** Whether a host is reachable from anywhere: a name with a dot, or a public address. */
const isPublic = (url: URL): boolean => {
  const address = literalAddress(url);
  return address === undefined ? url.hostname.includes(".") : isPublicAddress(address);
};

/** Whether only Dify's own network can reach the host. */
const isInner = (url: URL, base: URL): boolean =>
  // If Dify itself has a private address, users may be in the same network and reach others there.
  !isPublic(url) && (literalAddress(url) === undefined || isPublic(base));

/**
 * Makes links to Dify's files absolute and public. If FILES_URL is not configured, Dify returns paths, or URLs with the name of its
 * container: `http://api:5001/files/…`.
 */
export const resolveDifyLink = (callbackUrl: string, link: string): string => {
  const base = URL.parse(callbackUrl);
  if (!base) return link;
  if (filePath.test(link)) return URL.parse(link.replace(/^\.?\/?/, "/"), callbackUrl)?.href ?? link;
  const url = /^https?:\/\//i.test(link) ? URL.parse(link) : null;
  if (!url || !filePath.test(url.pathname) || !isInner(url, base)) return link;
  return URL.parse(`${url.pathname}${url.search}${url.hash}`, callbackUrl)?.href ?? link;
};
