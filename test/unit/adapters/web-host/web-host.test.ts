import "#adapters/web-host/awslambda.ts";

import { once } from "node:events";
import { request as sendRequest } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { PassThrough, Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import type { ApiRequest } from "#adapters/api-gateway/api-request.ts";
import type { ApiResult } from "#adapters/api-gateway/request-id.ts";
import { makeEventResponse } from "#adapters/lambda-stream/event-response.ts";
import { makeStreamedHandler } from "#adapters/lambda-stream/streamed-handler.ts";
import { systemClock } from "#adapters/node/system-clock.ts";
import { makeWebHost, type StreamingHandler } from "#adapters/web-host/web-host.ts";
import { callerError } from "#core/shared/errors.ts";
import { closeAfterEach } from "../../../support/close-after.ts";
import { eventually } from "../../../support/eventually.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { makeTestClock, type TestClock } from "../../../support/test-clock.ts";

type Answer = (request: ApiRequest, leftMs: number) => Promise<ApiResult>;

const start = async (
  answer: Answer,
  given: { clock?: TestClock; timeoutMs?: number; gatewaySecret?: string } = {},
) => {
  const log = makeMemoryLog();
  const host = makeWebHost({
    handler: makeStreamedHandler(log, answer, []) as unknown as StreamingHandler,
    routes: ["POST /v1/bots/{userId}/chat"],
    timeoutMs: given.timeoutMs ?? 900_000,
    gatewaySecret: given.gatewaySecret,
    clock: given.clock ?? systemClock,
    log,
  });
  closeAfterEach({ close: () => Promise.all([host.close(0), given.clock?.advance(0)]) });
  host.server.listen(0, "127.0.0.1");
  await once(host.server, "listening");
  const { port } = host.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/v1/bots/faq/chat`;
  return { ...host, log, port, url };
};

const ask = (url: string, init: RequestInit = {}): Promise<Response> =>
  fetch(url, { method: "POST", body: "{}", ...init });

const replies = (body: string | Readable, headers: Record<string, string> = {}): ApiResult => ({
  statusCode: 200,
  headers,
  body,
});

const texts = async function* (response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const bytes of response.body ?? []) yield decoder.decode(bytes);
};

describe("a response", () => {
  test("has its head before its body has begun, and each piece as soon as it is written", async () => {
    const body = new PassThrough();
    const { url } = await start(async () => replies(body, { "content-type": "text/event-stream" }));
    const response = await ask(url);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const received = texts(response);
    body.write("one");
    expect((await received.next()).value).toBe("one");
    body.end("two");
    expect((await received.next()).value).toBe("two");
    expect((await received.next()).done).toBe(true);
  });

  test("may be empty, or an error of the handler", async () => {
    const { url } = await start(async ({ query }) => {
      if (query.has("wrong")) throw callerError("conflict", "turn: is over");
      return { statusCode: 204, headers: {}, body: "" };
    });
    expect((await ask(url)).status).toBe(204);
    const refused = await ask(`${url}?wrong`);
    expect([refused.status, await refused.json()]).toEqual([
      409,
      { code: 409, errorMessage: "turn: is over" },
    ]);
  });

  test("whose body breaks off is cut off: the client does not take a part for the whole", async () => {
    const body = new PassThrough();
    const { url, log } = await start(async () => replies(body));
    const response = await ask(url);
    body.write("half");
    await delay(20);
    body.destroy(new Error("broken"));
    await expect(response.text()).rejects.toThrow();
    await eventually(() => expect(log.lines.map(({ event }) => event)).toContain("request_failed"));
  });
});

describe("a request", () => {
  test("for another path is refused by the handler", async () => {
    const { port } = await start(async ({ route }) => {
      if (route === "") throw callerError("not_found", "no such path");
      return replies("");
    });
    expect((await ask(`http://127.0.0.1:${port}/other`)).status).toBe(404);
  });

  test("of more than 10 MB is refused, and does not reach the handler", async () => {
    let calls = 0;
    const { url } = await start(async () => {
      calls += 1;
      return replies("");
    });
    const body = Readable.from(
      (function* () {
        for (let sent = 0; sent < 11; sent += 1) yield Buffer.alloc(1024 * 1024);
      })(),
    );
    const refused = await ask(url, { body: Readable.toWeb(body), duplex: "half" } as RequestInit);
    expect([refused.status, calls]).toEqual([400, 0]);
  });

  test("that ends too early does not reach the handler, and is no failure", async () => {
    let calls = 0;
    const { port, log, url } = await start(async () => {
      calls += 1;
      return replies("well");
    });
    const socket = connect(port, "127.0.0.1");
    socket.write("POST /v1/bots/faq/chat HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf");
    await delay(50);
    socket.destroy();
    expect(await (await ask(url)).text()).toBe("well");
    expect(calls).toBe(1);
    expect(log.lines).toEqual([]);
  });

  test("that does not have the gateway's secret is refused, if there is one", async () => {
    const { url } = await start(async () => replies("well"), { gatewaySecret: "shared" });
    expect((await ask(url)).status).toBe(403);
    expect((await ask(url, { headers: { "x-bot-bridge-gateway": "other" } })).status).toBe(403);
    const accepted = await ask(url, { headers: { "x-bot-bridge-gateway": "shared" } });
    expect(await accepted.text()).toBe("well");
  });
});

describe("the time of a request", () => {
  test("is what the handler is told, less what has passed", async () => {
    const clock = makeTestClock();
    const { url } = await start(async (_request, leftMs) => replies(String(leftMs)), {
      clock,
      timeoutMs: 60_000,
    });
    expect(await (await ask(url)).text()).toBe("60000");
  });

  test("ends a request without a response with 504", async () => {
    const clock = makeTestClock();
    const answer = Promise.withResolvers<ApiResult>();
    const { url, log } = await start(() => answer.promise, { clock, timeoutMs: 60_000 });
    const response = ask(url);
    await delay(50);
    await clock.advance(60_000);
    expect((await response).status).toBe(504);
    expect(log.lines.map(({ event }) => event)).toEqual(["request_timed_out"]);
    // What comes too late is dropped.
    answer.resolve(replies("late"));
  });

  test("cuts off a stream", async () => {
    const clock = makeTestClock();
    const body = new PassThrough();
    const { url } = await start(async () => replies(body), { clock, timeoutMs: 60_000 });
    const response = await ask(url);
    body.write("half");
    await clock.advance(60_000);
    await expect(response.text()).rejects.toThrow();
  });
});

describe("a client", () => {
  test("that does not read holds the handler back", async () => {
    let produced = 0;
    const body = Readable.from(
      (function* () {
        for (; produced < 400; produced += 1) yield Buffer.alloc(256 * 1024);
      })(),
    );
    const { port } = await start(async () => replies(body));
    const request = sendRequest({ port, path: "/v1/bots/faq/chat", method: "POST" }).end();
    const [response] = await once(request, "response");
    await delay(300);
    const whileWaiting = produced;
    // The sockets' buffers hold a few megabytes of the hundred.
    expect(whileWaiting).toBeLessThan(200);
    let bytes = 0;
    for await (const chunk of response) bytes += chunk.length;
    expect(bytes).toBe(400 * 256 * 1024);
  });

  test("that disconnects holds nothing back: the turn runs to its end", async () => {
    const stream = makeEventResponse(systemClock);
    let isOver = false;
    const run = async (): Promise<void> => {
      for (let index = 0; index < 200; index += 1) {
        await stream.emit({ type: "delta", content: "x".repeat(16_000) }, String(index));
        if (index === 5) disconnect.abort();
        await delay(1);
      }
      stream.end();
      isOver = true;
    };
    const disconnect = new AbortController();
    const { url, log } = await start(async () => {
      void run();
      return replies(stream.body);
    });
    const response = await ask(url, { signal: disconnect.signal });
    await expect(response.text()).rejects.toThrow();
    // Without waiting for a client that is gone: event-response.ts gives one 15 s to read on.
    await eventually(() => expect(isOver).toBe(true));
    expect(log.lines).toEqual([]);
  });

  test("is served beside 127 others, each with its own stream and id", async () => {
    let open = 0;
    let most = 0;
    const all = Promise.withResolvers<void>();
    const { url } = await start(async ({ query, headers }) => {
      open += 1;
      most = Math.max(most, open);
      if (open === 128) all.resolve();
      const id = query.get("id");
      return replies(
        Readable.from(
          (async function* () {
            yield `${id}:${headers["x-request-id"]}:`;
            await all.promise;
            for (let index = 0; index < 20; index += 1) {
              await delay(2);
              yield `${id},`;
            }
            open -= 1;
          })(),
        ),
      );
    });
    const answers = await Promise.all(
      Array.from({ length: 128 }, async (_, id) =>
        (await ask(`${url}?id=${id}`, { headers: { "x-request-id": `r-${id}` } })).text(),
      ),
    );
    expect(most).toBe(128);
    expect(answers).toEqual(Array.from({ length: 128 }, (_, id) => `${id}:r-${id}:${`${id},`.repeat(20)}`));
  });
});

describe("a server that stops", () => {
  test("ends the streams in progress, and accepts no more connections", async () => {
    const body = new PassThrough();
    const { url, close } = await start(async () => replies(body));
    const response = await ask(url);
    body.write("one ");
    const closed = close(10_000);
    await expect(ask(url)).rejects.toThrow();
    body.end("two");
    expect(await response.text()).toBe("one two");
    await closed;
  });

  test("waits for turns whose clients are gone", async () => {
    const body = new PassThrough();
    const disconnect = new AbortController();
    const { url, close } = await start(async () => replies(body));
    const response = await ask(url, { signal: disconnect.signal });
    disconnect.abort();
    await expect(response.text()).rejects.toThrow();
    await delay(20);
    let isClosed = false;
    const closed = close(10_000).then(() => {
      isClosed = true;
    });
    await delay(50);
    expect(isClosed).toBe(false);
    body.end();
    await closed;
  });

  test("cuts off what has not ended in time", async () => {
    const { url, close } = await start(async () => replies(new PassThrough()));
    const response = await ask(url);
    await close(10);
    await expect(response.text()).rejects.toThrow();
  });

  test("is closed at once if nothing is in progress, although connections are kept alive", async () => {
    const { url, close } = await start(async () => replies("well"));
    await (await ask(url)).text();
    await close(60_000);
  });
});
