import { type LookupOptions, lookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";

/** All that has been given out of IPv6 so far; the rest holds the IPv4-compatible addresses and others that lead home. */
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * Whether an address stands on the public internet: neither loopback, private, link-local (the metadata
 * service's), carrier-grade NAT, multicast nor any other special range. An IPv4 address in IPv6 counts as itself.
 */
export const isPublicAddress = (address: string): boolean => {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return parsed.range() === "unicast" && (parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast));
};

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
