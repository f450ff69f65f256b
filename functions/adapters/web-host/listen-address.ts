import * as v from "valibot";

/**
 * The address that Lambda sends requests to, as `host:port`. On another machine, set it to the address to listen on;
 * port 0 is any free one.
 */
export const listenAddress = v.pipe(
  v.string(),
  v.regex(/^[^\s/]+:\d{1,5}$/),
  v.transform((address) => {
    const at = address.lastIndexOf(":");
    return { host: address.slice(0, at), port: Number(address.slice(at + 1)) };
  }),
  v.check(({ port }) => port <= 65_535),
);
