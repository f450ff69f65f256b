import type { IncomingMessage } from "node:http";
import { type HttpServer, readBody, startHttpServer } from "../../local/http-server.ts";
import { type ImSimulatorOptions, startImSimulator } from "../../local/im/server.ts";
import type { Tallier } from "./tally.ts";
import { makeUpstream } from "./upstream.ts";

/** The size of a request as HTTP/1.1 sends it. */
const bytesOf = ({ method, url, rawHeaders }: IncomingMessage, body: Buffer): number => {
  const head = [`${method} ${url} HTTP/1.1`];
  for (let at = 0; at < rawHeaders.length; at += 2) head.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  return Buffer.byteLength(`${head.join("\r\n")}\r\n\r\n`) + body.length;
};

/** Starts the IM simulator behind a proxy that counts its calls and their bytes. */
export const startCountedIm = async (app: ImSimulatorOptions, tallier: Tallier): Promise<HttpServer> => {
  const im = await startImSimulator(app);
  const upstream = makeUpstream(im.url);
  const server = await startHttpServer(0, async (request, response) => {
    const body = await readBody(request);
    tallier.im(bytesOf(request, body));
    const answer = await upstream.post(request.headers, body, request.url);
    response.writeHead(answer.statusCode, answer.headers).end(answer.body);
  });
  return {
    url: server.url,
    close: async () => {
      await server.close();
      upstream.close();
      await im.close();
    },
  };
};
