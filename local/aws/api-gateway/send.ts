import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Exchange, Reply } from "./exchange.ts";
import { clientHeaders } from "./response-headers.ts";
import type { StreamedResponse } from "./streamed-response.ts";

/** The idle timeout of streams on regional REST APIs. */
const maxSilenceMs = 5 * 60_000;

export const sendReply = (response: ServerResponse, { requestId }: Exchange, reply: Reply): void => {
  writeHead(response, requestId, reply.statusCode, reply.headers, Buffer.byteLength(reply.body));
  response.end(reply.body);
};

/**
 * Forwards a stream with back-pressure. The function is not notified when the client disconnects or the integration
 * times out, and continues to write.
 */
export const sendStream = async (
  response: ServerResponse,
  { requestId }: Exchange,
  { head, firstBytes, rest }: StreamedResponse,
  deadline: number,
): Promise<void> => {
  const disconnect = () => response.destroy();
  const timeoutTimer = setTimeout(disconnect, deadline - Date.now());
  const silenceTimer = setTimeout(disconnect, maxSilenceMs);
  const disconnected = new AbortController();
  response.once("close", () => disconnected.abort());
  const write = async (bytes: Uint8Array) => {
    if (bytes.length === 0 || response.destroyed || response.write(bytes)) return;
    await once(response, "drain", { signal: disconnected.signal }).catch(() => {});
  };
  try {
    writeHead(response, requestId, head.statusCode, clientHeaders(head), undefined);
    response.flushHeaders();
    await write(firstBytes);
    for await (const chunk of rest) {
      silenceTimer.refresh();
      await write(chunk);
    }
    response.end();
  } catch {
    response.destroy();
  } finally {
    clearTimeout(timeoutTimer);
    clearTimeout(silenceTimer);
  }
};

const writeHead = (
  response: ServerResponse,
  requestId: string,
  statusCode: number,
  headers: readonly (readonly [string, string])[],
  length: number | undefined,
): void => {
  response.statusCode = statusCode;
  response.setHeader("x-amzn-RequestId", requestId);
  for (const [name, value] of headers) response.appendHeader(name, value);
  if (length !== undefined && statusCode !== 204 && statusCode !== 304)
    response.setHeader("Content-Length", length);
};
