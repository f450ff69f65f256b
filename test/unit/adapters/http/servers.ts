import { createServer, type RequestListener } from "node:http";
import type { HttpRequest } from "#adapters/http/http-client.ts";
import { closeServer, listen } from "../../../../local/http-server.ts";

export interface TestServer {
  readonly url: string;
  readonly port: string;
  /** The number of connections made to it. */
  readonly connections: () => number;
}

/** Runs a test against an HTTP server of its own. */
export const withServer =
  (listener: RequestListener, test: (server: TestServer) => Promise<void>) => async (): Promise<void> => {
    const server = createServer(listener);
    let connections = 0;
    server.on("connection", () => {
      connections += 1;
    });
    const url = await listen(server, 0);
    try {
      await test({ url, port: new URL(url).port, connections: () => connections });
    } finally {
      await closeServer(server);
    }
  };

export const post = (url: string, given: Partial<HttpRequest> = {}): HttpRequest => ({
  method: "POST",
  url: new URL(url),
  headers: { "content-type": "text/plain" },
  body: "hello",
  connectMs: 2_000,
  headMs: 2_000,
  signal: new AbortController().signal,
  ...given,
});
