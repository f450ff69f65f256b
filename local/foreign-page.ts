import type { IncomingMessage } from "node:http";

const ownNames = new Set(["127.0.0.1", "localhost", "[::1]"]);

const hostNameOf = (host: string): string => host.replace(/:\d+$/, "");

/** Pages may call these paths: each call has its user's token. */
const isForPages = (path: string): boolean => path.startsWith("/v1/");

/**
 * Why a request is refused to a page of another site; undefined if no page has sent it. The default App Secret is public, so any page
 * that a developer visits could sign calls to this machine: as a form, without asking first, or, with DNS rebinding, from a
 * name that resolves to this machine.
 */
export const refuseForeignPage = ({
  path,
  request,
}: {
  readonly path: string;
  readonly request: Pick<IncomingMessage, "method" | "headers">;
}): string | undefined => {
  const { host = "", origin } = request.headers;
  if (!ownNames.has(hostNameOf(host)))
    return "host: only 127.0.0.1 and localhost with the default App Secret; set APP_SECRET to serve other names";
  if (request.method === "POST" && origin !== undefined && !isForPages(path))
    return "origin: pages may not call this path with the default App Secret; set APP_SECRET, and sign calls in a server";
  return undefined;
};
