import type { ServerResponse } from "node:http";
import type { FakeTurn } from "./fake-turn.ts";

/** Streams a turn from after that position, for as long as the client is connected. */
export const sendTurn = async (
  response: ServerResponse,
  turn: FakeTurn,
  lastEventId: string | undefined,
): Promise<void> => {
  if (turn.isEnd(lastEventId)) {
    response.writeHead(204).end();
    return;
  }
  const left = new AbortController();
  response.on("close", () => left.abort());
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
  response.write(": hb\n\n");
  const heartbeat = setInterval(() => response.write(": hb\n\n"), 10_000);
  try {
    for await (const frame of turn.follow(lastEventId, left.signal)) response.write(frame);
  } finally {
    clearInterval(heartbeat);
    response.end();
  }
};
