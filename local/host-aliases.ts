import http from "node:http";
import https from "node:https";
import { syncBuiltinESMExports } from "node:module";

/** Maps host names to local URLs; given as this module's query: `host-aliases.ts?api.dify.ai=http://127.0.0.1:4000`. */
const aliases = new URL(import.meta.url).searchParams;

const requestSecurely = https.request;

/**
 * Loaded into each function's thread before its handler. Routes the placeholder hosts of RongCloud's guide to
 * simulators on this machine, with the original Host header. Deployed code is not affected.
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
  // Callers of https wait for the secureConnect event.
  aliased.once("socket", (socket) => socket.once("connect", () => socket.emit("secureConnect")));
  return aliased;
};

Object.assign(https, { request });
syncBuiltinESMExports();
