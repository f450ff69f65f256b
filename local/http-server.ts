import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Server as NetServer } from "node:net";

export const loopback = "127.0.0.1";

export interface HttpServer {
  readonly url: string;
  close(): Promise<void>;
}

type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Serves on the loopback interface only; port 0: any free port. An exception in a handler ends only that exchange. */
export const startHttpServer = async (port: number, handle: Handle): Promise<HttpServer> => {
  const server = createServer((request, response) => {
    // A client that disconnects midway makes both streams fail; there is nobody to notify.
    response.on("error", () => {});
    handle(request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    });
  });
  // An idle connection must not close while its client is reusing it.
  server.keepAliveTimeout = 60_000;
  return { url: await listen(server, port), close: () => closeServer(server) };
};

/** Resolves to the port that the server listens on. */
export const listenOnPort = (server: NetServer, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, loopback, () => {
      server.off("error", reject);
      const address = server.address();
      if (typeof address === "object" && address) resolve(address.port);
    });
  });

export const listen = async (server: Server, port: number): Promise<string> =>
  `http://${loopback}:${await listenOnPort(server, port)}`;

export const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

export const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
};
