const linkProtocols: ReadonlySet<string> = new Set(["http:", "https:", "mailto:", "tel:"]);
const pictureProtocols: ReadonlySet<string> = new Set(["http:", "https:"]);

const withProtocol = (href: string, allowed: ReadonlySet<string>): string | undefined => {
  const url = URL.parse(href);
  return url && allowed.has(url.protocol) ? url.href : undefined;
};

/** A link's address, if it may be followed from an answer. A relative one would lead to a page of the console. */
export const linkUrl = (href: string): string | undefined => withProtocol(href, linkProtocols);

/** A picture's address, if it may be loaded. */
export const pictureUrl = (href: string): string | undefined => withProtocol(href, pictureProtocols);
