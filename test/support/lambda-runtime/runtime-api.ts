import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { performance } from "node:perf_hooks";
import { readBody, startHttpServer } from "../../../local/http-server.ts";

/** Bytes as they came. Here, all times are milliseconds by `performance.now()`. */
export interface Chunk {
  readonly at: number;
  readonly bytes: Buffer;
}

/** What the runtime has answered to an event. */
export interface RuntimeReply {
  /** Which of the two places it was posted to. */
  readonly kind: "response" | "error";
  readonly headers: IncomingHttpHeaders;
  readonly chunks: readonly Chunk[];
  /** A streamed answer's failure stands here. */
  readonly trailers: Readonly<Record<string, string | undefined>>;
}

/** An event on its way through the runtime. */
export interface Invocation {
  readonly requestId: string;
  /** When the runtime took the event; undefined until it does. */
  readonly takenAt: () => number | undefined;
  /** What has come of the answer so far. */
  readonly chunks: readonly Chunk[];
  /** Takes no more of the answer, until it is to be read on. */
  readonly holdBack: () => void;
  readonly readOn: () => void;
  /** Resolves when the answer is whole; rejects where the runtime has died. */
  readonly replied: Promise<RuntimeReply>;
}

export interface RuntimeApi {
  /** As `AWS_LAMBDA_RUNTIME_API` names it. */
  readonly host: string;
  /** Events are taken one at a time, in order. `leftMs`: the function's time, from when the event is taken. */
  readonly invoke: (event: unknown, leftMs: number) => Invocation;
  /** There is nobody any more to answer. */
  readonly abandon: (reason: Error) => void;
  readonly close: () => Promise<void>;
}

interface Pending {
  readonly requestId: string;
  readonly body: string;
  readonly leftMs: number;
  readonly chunks: Chunk[];
  readonly reply: PromiseWithResolvers<RuntimeReply>;
  takenAt: number | undefined;
  /** Unresolved while nothing more is taken. */
  gate: PromiseWithResolvers<void> | undefined;
}

const version = "/2018-06-01/runtime";
const posted = new RegExp(`^${version}/invocation/([^/]+)/(response|error)$`);

/** Lambda's Runtime API for one process: it gives out events, and keeps what comes back with its times. */
export const startRuntimeApi = async (functionArn: string): Promise<RuntimeApi> => {
  const waiting: Pending[] = [];
  const taken = new Map<string, Pending>();
  let idle: ServerResponse | undefined;
  let abandoned: Error | undefined;

  const abandon = (reason: Error): void => {
    abandoned ??= reason;
    for (const { reply } of [...waiting.splice(0), ...taken.values()]) reply.reject(abandoned);
    taken.clear();
  };

  const giveOut = (): void => {
    if (!idle) return;
    const next = waiting.shift();
    if (!next) return;
    taken.set(next.requestId, next);
    next.takenAt = performance.now();
    idle
      .writeHead(200, {
        "content-type": "application/json",
        "lambda-runtime-aws-request-id": next.requestId,
        "lambda-runtime-deadline-ms": String(Date.now() + next.leftMs),
        "lambda-runtime-invoked-function-arn": functionArn,
        "lambda-runtime-trace-id": "Root=1-6955b900-0123456789abcdef01234567;Sampled=0",
      })
      .end(next.body);
    idle = undefined;
  };

  const take = async (request: IncomingMessage, pending: Pending, kind: RuntimeReply["kind"]) => {
    const { chunks, reply } = pending;
    for await (const bytes of request) {
      chunks.push({ at: performance.now(), bytes });
      await pending.gate?.promise;
    }
    reply.resolve({ kind, headers: request.headers, chunks, trailers: request.trailers });
  };

  const server = await startHttpServer(0, async (request, response) => {
    const { method, url = "" } = request;
    if (method === "GET" && url === `${version}/invocation/next`) {
      idle = response;
      giveOut();
      return;
    }
    if (url === `${version}/init/error`) abandon(new Error(String(await readBody(request))));
    const [, requestId = "", kind] = posted.exec(url) ?? [];
    const pending = taken.get(requestId);
    if (pending && (kind === "response" || kind === "error")) {
      await take(request, pending, kind);
      taken.delete(requestId);
    }
    response.writeHead(202, { "content-type": "application/json" }).end('{"status":"OK"}');
  });

  return {
    host: new URL(server.url).host,
    invoke: (event, leftMs) => {
      const pending: Pending = {
        requestId: randomUUID(),
        body: JSON.stringify(event),
        leftMs,
        chunks: [],
        reply: Promise.withResolvers(),
        takenAt: undefined,
        gate: undefined,
      };
      // Whoever waits for it hears of it; who does not must not end the test's process.
      pending.reply.promise.catch(() => {});
      waiting.push(pending);
      if (abandoned) abandon(abandoned);
      giveOut();
      const { requestId, chunks, reply } = pending;
      return {
        requestId,
        takenAt: () => pending.takenAt,
        chunks,
        holdBack: () => {
          pending.gate ??= Promise.withResolvers();
        },
        readOn: () => pending.gate?.resolve(),
        replied: reply.promise,
      };
    },
    abandon,
    close: server.close,
  };
};
