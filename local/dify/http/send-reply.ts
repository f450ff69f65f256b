import type { ServerResponse } from "node:http";
import { systemClock } from "#adapters/node/system-clock.ts";
import type { EventSink, HttpReply } from "./http-reply.ts";

const eventSink = (response: ServerResponse): EventSink => ({
  send: (frame) => {
    response.write(frame);
  },
  close: () => {
    response.end();
  },
  destroy: () => {
    response.destroy();
  },
  onDisconnect: (listener) => {
    response.once("close", listener);
  },
});

/** Writes a reply as it says: whole, in chunks, as a stream, or not at all. */
export const sendReply = async (
  response: ServerResponse,
  reply: HttpReply,
  closing: AbortSignal,
): Promise<void> => {
  switch (reply.kind) {
    case "whole":
      response.writeHead(reply.status, reply.headers).end(reply.body);
      return;
    case "chunks":
      response.writeHead(reply.status, { "content-type": reply.contentType });
      for (const chunk of reply.chunks) {
        if (response.destroyed) return;
        response.write(chunk);
        await systemClock.sleep(reply.pauseMs, closing);
      }
      response.end();
      return;
    case "events":
      response.writeHead(200, {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-cache",
      });
      response.flushHeaders();
      reply.open(eventSink(response));
      return;
    case "silence":
      return;
    case "destroyed":
      response.destroy();
      return;
  }
};
