import http from "node:http";
import https from "node:https";
import { syncBuiltinESMExports } from "node:module";

/** Host names to local addresses, as this module's own query: `host-aliases.ts?api.dify.ai=http://127.0.0.1:4000`. */
const aliases = new URL(import.meta.url).searchParams;

const requestSecurely = https.request;

/**
 * Loaded into each function's thread before its handler: the hosts that RongCloud's guide names, and that nobody has,
 * lead to simulators on this machine, which still see the name that was called. What deploys knows nothing of it.
 */
const request = (
  url: URL,
  options: https.RequestOptions,
  callback?: (response: http.IncomingMessage) => void,
) => {
  const alias = url instanceof URL ? aliases.get(url.hostname) : null;
  if (alias === null) return requestSecurely(url, options, callback);
  const { agent: _secureAgent, ...rest } = options;
  const aliased = http.request(new URL(`${url.pathname}${url.search}`, alias), rest, callback);
  aliased.setHeader("host", url.host);
  // Whoever asked for a secure connection waits for it to be secure.
  aliased.once("socket", (socket) => socket.once("connect", () => socket.emit("secureConnect")));
  return aliased;
};

Object.assign(https, { request });
syncBuiltinESMExports();
