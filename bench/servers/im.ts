import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { json as readJson } from "node:stream/consumers";
import * as v from "valibot";
import { listen } from "../../local/http-server.ts";

const chunk = v.object({
  toUserId: v.string(),
  content: v.object({
    content: v.string(),
    complete: v.boolean(),
    completeReason: v.optional(v.number()),
    messageUID: v.optional(v.string()),
  }),
});
export type Chunk = v.InferOutput<typeof chunk>;

const json = { "content-type": "application/json" };

/** An IM that accepts every chunk, and ignores typing indicators and other calls. */
export const startIm = (onChunk: (chunk: Chunk, messageUID: string) => void): Promise<string> => {
  const server = createServer(async (request, response) => {
    if (!request.url?.endsWith("/publish_stream.json")) {
      request.resume();
      response.writeHead(200, json).end(JSON.stringify({ code: 200 }));
      return;
    }
    const body = await readJson(request);
    const accepted = v.parse(chunk, body);
    const messageUID = accepted.content.messageUID ?? randomUUID();
    onChunk(accepted, messageUID);
    response.writeHead(200, json).end(JSON.stringify({ code: 200, messageUID }));
  });
  // An idle connection must not close while its client is reusing it.
  server.keepAliveTimeout = 60_000;
  return listen(server, 0);
};
