import { isPublicAddress, literalAddress } from "#adapters/http/public-address.ts";

/** Where Dify serves files: `/files/tools/<name>`, `/files/<id>/file-preview`, also behind the prefix of an API. */
const filePath = /^(?:\.?\/)?(?:(?:v1|console\/api)\/)?files\/(?:tools\/|[0-9a-f-]{36}\/|[\w-]+\/)/;

/** Whether only Dify's own containers can reach the host: a name without a dot, or an address that is not public. */
const isInner = (url: URL, base: URL): boolean => {
  const isOutside = (each: URL): boolean => {
    const address = literalAddress(each);
    return address === undefined ? each.hostname.includes(".") : isPublicAddress(address);
  };
  // At a Dify of one's own network, users may reach other addresses of it.
  return !url.hostname.includes(".") || (isOutside(base) && !isOutside(url));
};

/**
 * A link to one of Dify's files as it works from anywhere. A Dify that has not been told its own address (FILES_URL) gives
 * them as paths, or at the name of its container: `http://api:5001/files/…`.
 */
export const resolveDifyLink = (callbackUrl: string, link: string): string => {
  const base = URL.parse(callbackUrl);
  if (!base) return link;
  if (filePath.test(link)) return URL.parse(link.replace(/^\.?\/?/, "/"), callbackUrl)?.href ?? link;
  const url = /^https?:\/\//i.test(link) ? URL.parse(link) : null;
  if (!url || !filePath.test(url.pathname) || !isInner(url, base)) return link;
  return URL.parse(`${url.pathname}${url.search}${url.hash}`, callbackUrl)?.href ?? link;
};
