import type { IncomingMessage } from "node:http";

/**
 * Whether a request was addressed to this server by a name that is its own. Another site can have its name resolve to
 * this machine (DNS rebinding), but its pages still send that name.
 */
export const isForUs = ({ headers: { host }, socket: { localPort } }: IncomingMessage): boolean =>
  host === `127.0.0.1:${localPort}` || host === `localhost:${localPort}`;

/** Whether a page of this server sent it: browsers say where each POST comes from, and let no page say otherwise. */
export const isFromOurPage = ({ headers }: IncomingMessage): boolean =>
  headers.origin === `http://${headers.host}` &&
  (headers["sec-fetch-site"] ?? "same-origin") === "same-origin" &&
  headers["content-type"] === "application/json";
