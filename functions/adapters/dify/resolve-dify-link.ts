import { isPublicAddress, literalAddress } from "#adapters/http/public-address.ts";

/** Paths of Dify's files: `/files/tools/<name>`, `/files/<id>/file-preview`, also below the prefix of an API. */
const filePath = /^(?:\.?\/)?(?:(?:v1|console\/api)\/)?files\/(?:tools\/|[0-9a-f-]{36}\/)/;

/** Whether only Dify's own network can reach the host: a name without a dot, or an address that is not public. */
const isInner = (url: URL, base: URL): boolean => {
  const isOutside = (each: URL): boolean => {
    const address = literalAddress(each);
    return address === undefined ? each.hostname.includes(".") : isPublicAddress(address);
  };
  // If Dify itself has a private address, users may be in the same network.
  const isName = literalAddress(url) === undefined;
  return (isName && !url.hostname.includes(".")) || (isOutside(base) && !isOutside(url));
};

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
