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

/** The IP address in a URL's host, if it is one. The URL parser has already normalized unusual notations. */
export const literalAddress = (url: URL): string | undefined => {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(host) || ipaddr.IPv6.isValid(host);
  return isAddress ? host : undefined;
};
