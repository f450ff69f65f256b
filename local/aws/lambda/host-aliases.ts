import http from "node:http";
import https from "node:https";
import { syncBuiltinESMExports } from "node:module";

/** URLs on this machine, by the name of the host that they stand in for: `{ "api.dify.ai": "http://127.0.0.1:4000" }`. */
export type HostAliases = Readonly<Record<string, string>>;

/**
 * Sends this thread's https requests for these hosts to their aliases, with the original Host header. Deployed code is not
 * affected.
 */
export const routeHosts = (aliases: HostAliases): void => {
  const requestSecurely = https.request;
  const request = (
    url: URL,
    options: https.RequestOptions,
    callback?: (response: http.IncomingMessage) => void,
  ) => {
    const alias = url instanceof URL ? aliases[url.hostname] : undefined;
    if (alias === undefined) return requestSecurely(url, options, callback);
    const { agent: _secureAgent, ...rest } = options;
    const aliased = http.request(new URL(`${url.pathname}${url.search}`, alias), rest, callback);
    aliased.setHeader("host", url.host);
    // Callers of https wait for the secureConnect event.
    aliased.once("socket", (socket) => socket.once("connect", () => socket.emit("secureConnect")));
    return aliased;
  };
  Object.assign(https, { request });
  syncBuiltinESMExports();
};
