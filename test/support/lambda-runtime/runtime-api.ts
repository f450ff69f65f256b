import type { IncomingMessage, ServerResponse } from "node:http";
import { performance } from "node:perf_hooks";
import { readBody, startHttpServer } from "../../../local/http-server.ts";
import { type Invocation, invocationOf, newPending, type Pending, type RuntimeReply } from "./invocation.ts";

export interface RuntimeApi {
  /** The value of `AWS_LAMBDA_RUNTIME_API`. */
  readonly host: string;
  /**
   * Events are delivered one at a time, in order. `leftMs`: the function's time, from when the event is
   * delivered.
   */
  readonly invoke: (event: unknown, leftMs: number) => Invocation;
  /** When the runtime asked for its first event; rejects if it ends before. */
  readonly ready: Promise<number>;
  /** Fails what is pending: the runtime is gone. */
  readonly abandon: (reason: Error) => void;
  readonly close: () => Promise<void>;
}

const version = "/2018-06-01/runtime";
const posted = new RegExp(`^${version}/invocation/([^/]+)/(response|error)$`);

/** Lambda's Runtime API for one process: it delivers events, and records the replies with their times. */
export const startRuntimeApi = async (functionArn: string): Promise<RuntimeApi> => {
  const waiting: Pending[] = [];
  const taken = new Map<string, Pending>();
  let idle: ServerResponse | undefined;
  let abandoned: Error | undefined;
  const ready = Promise.withResolvers<number>();
  // Few callers wait for it.
  ready.promise.catch(() => {});

  const abandon = (reason: Error): void => {
    abandoned ??= reason;
    ready.reject(abandoned);
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
      ready.resolve(performance.now());
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
      const pending = newPending(event, leftMs);
      // A caller that awaits it gets the error; without one it must not end the test's process.
      pending.reply.promise.catch(() => {});
      waiting.push(pending);
      if (abandoned) abandon(abandoned);
      giveOut();
      return invocationOf(pending);
    },
    ready: ready.promise,
    abandon,
    close: server.close,
  };
};
