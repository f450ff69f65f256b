import { type LookupOptions, lookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";

/**
 * Whether an address stands on the public internet: neither loopback, private, link-local (the metadata
 * service's), carrier-grade NAT, multicast nor any other special range. An IPv4 address in IPv6 counts as itself.
 */
export const isPublicAddress = (address: string): boolean =>
  ipaddr.isValid(address) && ipaddr.process(address).range() === "unicast";

const refuse = (host: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`${host} leads to an address that is not public`), { code: "EADDRNOTPUBLIC" });

/**
 * A `lookup` for node:http that resolves to public addresses alone, so that the address that was checked is the
 * address that is connected to. Node does not call it for an IP literal: check those with `isPublicAddress`.
 */
export const lookupPublic: LookupFunction = (host, options, callback) => {
  const all: LookupOptions & { all: true } = { ...options, all: true };
  lookup(host, all, (error, addresses) => {
    if (error) return callback(error, "", 4);
    const open = addresses.filter(({ address }) => isPublicAddress(address));
    const [first] = open;
    if (!first) return callback(refuse(host), "", 4);
    return options.all ? callback(null, open) : callback(null, first.address, first.family);
  });
};

/** The IP address that a URL names as its host, if it names one; the URL parser has undone every odd notation. */
export const literalAddress = (url: URL): string | undefined => {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return isIP(host) ? host : undefined;
};
