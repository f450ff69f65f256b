import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createGzip } from "node:zlib";
import { attacks } from "./attacks.ts";

/** More than any bound lets through: a bridge without it takes all. */
const maxBytes = 256 * 1024 * 1024;
const pieceBytes = 64 * 1024;

const send = async (name: string, response: ServerResponse): Promise<void> => {
  const attack = attacks[name];
  if (!attack) return void response.writeHead(404).end("{}");
  const { headers, status = 200, first, repeated } = attack;
  response.writeHead(status, headers);
  const isCompressed = headers["content-encoding"] === "gzip";
  const to = isCompressed ? createGzip({ level: 1 }) : response;
  if (isCompressed) to.pipe(response);
  to.write(first);
  const piece = repeated.repeat(Math.ceil(pieceBytes / Buffer.byteLength(repeated)));
  const closed = once(response, "close");
  for (let sent = 0; sent < maxBytes && !response.destroyed; sent += Buffer.byteLength(piece)) {
    if (!to.write(piece)) await Promise.race([once(to, "drain"), closed]);
  }
  to.end();
};

/** Sends each attack below its name: `/<name>/chat-messages`, `/<name>/chat/completions`. */
const server = createServer((request, response) => {
  const [, name = "", ...rest] = decodeURIComponent(request.url ?? "").split("/");
  const isQuestion = rest[0]?.startsWith("chat") === true;
  request.resume();
  response.on("error", () => {});
  if (isQuestion) void send(name, response);
  else response.writeHead(404, { "content-type": "application/json" }).end("{}");
});
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  process.send?.(`http://127.0.0.1:${port}`);
});
process.on("disconnect", () => process.exit(0));
