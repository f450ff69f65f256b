import http, { type IncomingMessage, type ServerResponse } from "node:http";
import { startHttpServer } from "../../../local/http-server.ts";

/**
 * Where the next call of the chat breaks: before the server gets it, before its answer, or within the answer.
 */
export type Cut = "request" | "head" | { readonly afterBytes: number };

export interface CuttingProxy {
  readonly url: string;
  /** One for each of the next calls that open a stream. */
  readonly cut: (...cuts: readonly Cut[]) => void;
  /** Breaks all open streams. */
  readonly cutNow: () => void;
  /** Drops the cuts that are still pending. */
  readonly clearCuts: () => void;
  readonly cutsMade: () => number;
  /** The number of open streams. */
  readonly open: () => number;
  readonly close: () => Promise<void>;
}

const opensStream = ({ method, url = "" }: IncomingMessage): boolean =>
  (method === "POST" && url.endsWith("/chat")) || (method === "GET" && /\/events$/.test(url));

/** A proxy to the chat on which connections break where a test wants them to. */
export const startCuttingProxy = async (target: string): Promise<CuttingProxy> => {
  const cuts: Cut[] = [];
  const open = new Set<ServerResponse>();
  let made = 0;
  const destroy = (response: ServerResponse): void => {
    if (response.destroyed) return;
    made += 1;
    response.destroy();
  };

  const forwardCall = (answer: IncomingMessage, response: ServerResponse, cut: Cut | undefined): void => {
    if (cut === "head") {
      destroy(response);
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    let left = typeof cut === "object" ? cut.afterBytes : Number.POSITIVE_INFINITY;
    // What was sent before the cut must arrive: only then is the cut where the test wants it.
    const cutAfter = (piece: Buffer) => response.write(piece, () => setImmediate(() => destroy(response)));
    if (left === 0) setImmediate(() => destroy(response));
    answer.on("data", (piece: Buffer) => {
      if (left <= 0) return;
      if (piece.length >= left) cutAfter(piece.subarray(0, left));
      else response.write(piece);
      left -= piece.length;
    });
    answer.on("end", () => left > 0 && response.end());
    answer.on("error", () => response.destroy());
  };

  const server = await startHttpServer(0, async (request, response) => {
    const isStream = opensStream(request);
    const cut = isStream ? cuts.shift() : undefined;
    if (cut === "request") return destroy(response);
    if (isStream) open.add(response);
    const { method, url, headers } = request;
    const forwarded = http.request(new URL(url ?? "/", target), { method, headers }, (answer) =>
      forwardCall(answer, response, cut),
    );
    forwarded.on("error", () => response.destroy());
    response.on("close", () => {
      open.delete(response);
      forwarded.destroy();
    });
    request.pipe(forwarded);
  });

  return {
    url: server.url,
    cut: (...given) => void cuts.push(...given),
    cutNow: () => {
      for (const response of open) destroy(response);
    },
    clearCuts: () => void cuts.splice(0),
    cutsMade: () => made,
    open: () => open.size,
    close: server.close,
  };
};
