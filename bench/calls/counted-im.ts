import type { IncomingMessage } from "node:http";
import { type HttpServer, readBody, startHttpServer } from "../../local/http-server.ts";
import { type ImSimulatorOptions, startImSimulator } from "../../local/im/server.ts";
import type { Tallier } from "./tally.ts";

/** What the connection is made of, not the request. */
const ofConnection = new Set(["connection", "host", "content-length"]);

/** The size of a request as HTTP/1.1 sends it. */
const bytesOf = ({ method, url, rawHeaders }: IncomingMessage, body: Buffer): number => {
  const head = [`${method} ${url} HTTP/1.1`];
  for (let at = 0; at < rawHeaders.length; at += 2) head.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  return Buffer.byteLength(`${head.join("\r\n")}\r\n\r\n`) + body.length;
};

/** Starts the IM simulator behind a proxy that counts its calls and their bytes. */
export const startCountedIm = async (app: ImSimulatorOptions, tallier: Tallier): Promise<HttpServer> => {
  const im = await startImSimulator(app);
  const server = await startHttpServer(0, async (request, response) => {
    const body = await readBody(request);
    tallier.im(bytesOf(request, body));
    const { method = "POST", url = "/" } = request;
    const headers = Object.entries(request.headers).filter(([name]) => !ofConnection.has(name));
    const answer = await fetch(`${im.url}${url}`, {
      method,
      headers: headers.map(([name, value]): [string, string] => [name, String(value)]),
      body,
    });
    const type = answer.headers.get("content-type") ?? "application/json";
    response.writeHead(answer.status, { "content-type": type }).end(await answer.text());
  });
  return {
    url: server.url,
    close: async () => {
      await server.close();
      await im.close();
    },
  };
};
