import { type LookupOptions, lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { isPublicAddress } from "./public-address.ts";

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
