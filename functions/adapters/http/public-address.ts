import { type LookupOptions, lookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";

/** The only IPv6 range allocated for global unicast so far. Outside of it are, among others, IPv4-compatible addresses. */
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * Whether an address is on the public internet: not loopback, private, link-local (such as the instance metadata service),
 * carrier-grade NAT, multicast or another special range. An IPv4-mapped IPv6 address is treated as the IPv4 address.
 */
export const isPublicAddress = (address: string): boolean => {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return parsed.range() === "unicast" && (parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast));
};

const refuse = (host: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`${host} does not resolve to a public address`), { code: "EADDRNOTPUBLIC" });

/**
 * A `lookup` for node:http that resolves to public addresses only, so the checked address is the one that is connected to.
 * Node does not call it for IP literals: check those with `isPublicAddress`.
 */
export const lookupPublic: LookupFunction = (host, options, callback) => {
  const all: LookupOptions & { all: true } = { ...options, all: true };
  lookup(host, all, (error, addresses) => {
    if (error) return callback(error, "", 4);
    const allowed = addresses.filter(({ address }) => isPublicAddress(address));
    const [first] = allowed;
    if (!first) return callback(refuse(host), "", 4);
    return options.all ? callback(null, allowed) : callback(null, first.address, first.family);
  });
};

/** The IP address in a URL's host, if it is one. The URL parser has already normalized unusual notations. */
export const literalAddress = (url: URL): string | undefined => {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return isIP(host) ? host : undefined;
};
