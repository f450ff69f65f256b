import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { HttpFailure, type HttpRequest, makeHttpClient, type SendHttp } from "#adapters/http/http-client.ts";
import { readText } from "#adapters/http/read-text.ts";
import { closeServer, listen } from "../../../../local/http-server.ts";
import { makeCertificate } from "../../../support/certificate.ts";
import { closeAfterEach } from "../../../support/close-after.ts";
import { eventually } from "../../../support/eventually.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { post } from "./servers.ts";

const certificate = makeCertificate();
const trusted = getCACertificates("default");
beforeAll(() => setDefaultCACertificates([...trusted, certificate.cert]));
afterAll(() => setDefaultCACertificates(trusted));

/** A server that closes no connection by itself, with a client and the clock of the client. */
const start = async (secure: boolean, listener: RequestListener) => {
  const server = secure ? createSecureServer(certificate) : createServer();
  server.keepAliveTimeout = 0;
  const accepted: Socket[] = [];
  server.on("connection", (socket: Socket) => accepted.push(socket));
  const reset = (port: number | undefined): void => {
    for (const socket of accepted) if (socket.remotePort === port) socket.resetAndDestroy();
  };
  const sockets: Socket[] = [];
  server.on(secure ? "secureConnection" : "connection", (socket: Socket) => sockets.push(socket));
  const requests: IncomingMessage[] = [];
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    requests.push(request);
    listener(request, response);
  });
  const address = await listen(server, 0);
  closeAfterEach({ close: () => closeServer(server) });
  const url = secure ? address.replace("http", "https") : address;
  const clock = makeTestClock();
  const send = makeHttpClient({ publicOnly: false, clock });
  return {
    url,
    clock,
    send,
    sockets,
    reset,
    requests,
    ask: (given?: Partial<HttpRequest>) => ask(send, url, given),
  };
};

type Started = Awaited<ReturnType<typeof start>>;

const ask = async (send: SendHttp, url: string, given?: Partial<HttpRequest>): Promise<string> =>
  readText((await send(post(url, given))).body, 1024 * 1024);

const failureOf = (attempt: Promise<unknown>): Promise<HttpFailure> =>
  attempt.then(
    () => Promise.reject(new Error("the call succeeded")),
    (error: HttpFailure) => error,
  );

const done: RequestListener = (_request, response) => response.end("done");
const announcing =
  (header: string): RequestListener =>
  (_request, response) =>
    response.setHeader("keep-alive", header).end("done");

const isClosed = async (socket: Socket | undefined): Promise<void> => {
  if (socket && !socket.closed) await once(socket, "close");
};

/** The server closes the only connection; the next call opens a second one. */
const closeAndAskAgain = async ({ sockets, ask }: Pick<Started, "sockets" | "ask">): Promise<void> => {
  sockets[0]?.end();
  await isClosed(sockets[0]);
  await eventually(async () => {
    await ask();
    expect(sockets).toHaveLength(2);
  });
};

describe.each([
  ["http", false],
  ["https", true],
])("a connection by %s", (_scheme, secure) => {
  test.each([
    ["timeout=65", 60_000],
    ["timeout=20", 18_000],
    ["timeout=5, max=1000", 4_000],
    ["nonsense", 4_000],
  ])("is used again after rest as the server announces: %s, %p ms", async (header, ms) => {
    const { clock, sockets, ask } = await start(secure, announcing(header));
    await ask();
    await clock.advance(ms);
    await ask();
    expect(sockets).toHaveLength(1);
    await clock.advance(ms + 1);
    await ask();
    expect(sockets).toHaveLength(2);
  });

  test("serves as many requests as the server announces", async () => {
    const { sockets, ask } = await start(secure, announcing("max=3"));
    for (let call = 0; call < 7; call += 1) await ask();
    expect(sockets).toHaveLength(3);
  });

  test("serves as many requests as the server counts down", async () => {
    const left = new WeakMap<Socket, number>();
    const { sockets, ask } = await start(secure, ({ socket }, response) => {
      const count = left.get(socket) ?? 3;
      left.set(socket, count - 1);
      response.setHeader("keep-alive", `timeout=5, max=${count}`).end("done");
    });
    for (let call = 0; call < 7; call += 1) await ask();
    expect(sockets).toHaveLength(3);
  });

  test("is used again after a rest that an earlier one has survived", async () => {
    const { clock, sockets, ask } = await start(secure, done);
    await ask();
    await clock.advance(30_000);
    // The first question after a rest of this length takes a new connection, and observes the old one for a while.
    await ask();
    expect(sockets).toHaveLength(2);
    await clock.advance(3_000);
    await ask();
    await clock.advance(30_000);
    await ask();
    expect(sockets).toHaveLength(2);
  });

  test("that waits to be observed is not believed open if the process was frozen meanwhile", async () => {
    const { clock, sockets, url } = await start(secure, done);
    let frozenMs = 0;
    const client = makeHttpClient({
      publicOnly: false,
      clock: { ...clock, now: () => clock.now() + frozenMs },
    });
    await ask(client, url);
    frozenMs += 30_000;
    await ask(client, url);
    expect(sockets).toHaveLength(2);
    frozenMs += 3_000;
    await clock.advance(3_000);
    frozenMs += 30_000;
    await ask(client, url);
    expect(sockets).toHaveLength(3);
  });

  test("is given up earlier once the server has closed one", async () => {
    const { clock, sockets, ask } = await start(secure, announcing("timeout=60"));
    await ask();
    await clock.advance(20_000);
    await closeAndAskAgain({ sockets, ask });
    await clock.advance(18_000);
    await ask();
    expect(sockets).toHaveLength(2);
    await clock.advance(18_001);
    await ask();
    expect(sockets).toHaveLength(3);
  });

  test.each(["end", "destroy", "reset"] as const)(
    "that the server closes (%s) at the moment of reuse is replaced before a POST is written",
    async (close) => {
      const { clock, sockets, reset, requests, ask } = await start(secure, announcing("timeout=60"));
      await ask();
      await clock.advance(20_000);
      // The kernel has it, and the event loop has not seen it: as after a freeze.
      if (close === "reset") reset(sockets[0]?.remotePort);
      else sockets[0]?.[close]();
      expect(await ask()).toBe("done");
      expect([sockets.length, requests.length]).toEqual([2, 2]);
    },
  );

  test("of several that the server closed during the rest is used by none of several requests", async () => {
    let waiting: ServerResponse[] = [];
    const { clock, sockets, requests, ask } = await start(secure, (_request, response) => {
      waiting.push(response.setHeader("keep-alive", "timeout=60"));
      if (waiting.length < 5) return;
      for (const each of waiting) each.end("done");
      waiting = [];
    });
    const askFive = () => Promise.all([1, 2, 3, 4, 5].map(() => ask()));
    await askFive();
    await clock.advance(20_000);
    for (const socket of sockets) socket.destroy();
    await askFive();
    expect([sockets.length, requests.length]).toEqual([10, 10]);
  });

  test("that is reset after a POST was written fails the call, which is not sent again", async () => {
    const { clock, sockets, reset, requests, ask } = await start(secure, (request, response) => {
      if (requests.length === 2) reset(request.socket.remotePort);
      else announcing("timeout=60")(request, response);
    });
    await ask();
    await clock.advance(20_000);
    expect(await failureOf(ask())).toMatchObject({ kind: "unreachable", connected: true });
    expect([sockets.length, requests.length]).toEqual([1, 2]);

    await ask();
    await clock.advance(18_001);
    await ask();
    expect(sockets).toHaveLength(3);
  });

  test("that breaks in the middle of a POST fails the call, which is not sent again", async () => {
    const { requests, sockets, ask } = await start(secure, (request, response) => {
      if (requests.length === 1) response.end("done");
      else request.once("data", () => request.socket.destroy());
    });
    await ask();
    const failure = await failureOf(ask({ body: "x".repeat(4 * 1024 * 1024) }));
    expect(failure).toMatchObject({ kind: "unreachable", connected: true });
    expect([sockets.length, requests.length]).toEqual([1, 2]);
  });

  test("that breaks after a GET was written is replaced once", async () => {
    const { requests, sockets, reset, ask } = await start(secure, (request, response) => {
      if (requests.length === 1 || requests.length === 3) response.end("done");
      else reset(request.socket.remotePort);
    });
    const get = () => ask({ method: "GET", body: "" });
    await get();
    expect(await get()).toBe("done");
    expect([sockets.length, requests.length]).toEqual([2, 3]);
    // Here the new connection breaks too.
    expect(await failureOf(get())).toMatchObject({ kind: "unreachable", connected: true });
    expect([sockets.length, requests.length]).toEqual([3, 5]);
    // A connection that is new says nothing about reuse.
    expect(await failureOf(get())).toBeInstanceOf(HttpFailure);
    expect([sockets.length, requests.length]).toEqual([4, 6]);
  });

  test("on which no response came after a rest is no model for others", async () => {
    const { clock, requests, sockets, ask } = await start(secure, (request, response) => {
      if (requests.length !== 2) announcing("timeout=60")(request, response);
    });
    await ask();
    await clock.advance(20_000);
    const failure = failureOf(ask({ headMs: 10_000 }));
    await eventually(() => expect(requests).toHaveLength(2));
    await clock.advance(10_000);
    expect(await failure).toMatchObject({ kind: "timeout", connected: true });
    await ask();
    await clock.advance(18_001);
    await ask();
    expect(sockets).toHaveLength(3);
  });

  describe("whose reader left before the end of the response", () => {
    /** A server that ends its first response when it is told to, and the others at once; and a reader that left the first. */
    const leave = async () => {
      let first: ServerResponse | undefined;
      const started = await start(secure, (_request, response) => {
        response.writeHead(200, { "keep-alive": "timeout=20" });
        if (first) return void response.end("done");
        first = response;
        response.write("first");
      });
      const { url, send, sockets, requests, ask } = started;
      const call = new AbortController();
      for await (const _chunk of (await send(post(url, { signal: call.signal }))).body) break;
      const expectUsedAgain = () =>
        eventually(async () => {
          await Promise.all(sockets.map(() => ask()));
          expect(requests.filter(({ socket }) => socket === sockets[0]).length).toBeGreaterThan(1);
        });
      return { ...started, call, response: first, expectUsedAgain };
    };

    test("is used again once that has ended", async () => {
      const { response, expectUsedAgain } = await leave();
      response?.end("rest");
      await expectUsedAgain();
    });

    test("is used again after a compressed response", async () => {
      const bytes = gzipSync("first and rest");
      const { url, send, sockets, requests } = await start(secure, (_request, response) => {
        response.writeHead(200, { "content-encoding": "gzip" }).write(bytes.subarray(0, -4));
        setTimeout(() => response.end(bytes.subarray(-4)), 5);
      });
      await eventually(async () => {
        for await (const _chunk of (await send(post(url))).body) break;
        expect(requests.length).toBeGreaterThan(sockets.length);
      });
    });

    test("is used again although the call was aborted afterwards", async () => {
      const { call, response, expectUsedAgain } = await leave();
      call.abort();
      response?.end();
      await expectUsedAgain();
    });

    test("is closed if that does not end within three seconds", async () => {
      const { clock, sockets } = await leave();
      await clock.advance(2_999);
      expect(sockets[0]?.destroyed).toBe(false);
      await clock.advance(1);
      await isClosed(sockets[0]);
    });

    test("is closed if more than 64 KB follow", async () => {
      const { response, sockets } = await leave();
      response?.write("x".repeat(65 * 1024));
      await isClosed(sockets[0]);
    });

    test("is closed if the server breaks it off, which nobody is told", async () => {
      const { sockets, reset, ask } = await leave();
      reset(sockets[0]?.remotePort);
      await isClosed(sockets[0]);
      expect(await ask()).toBe("done");
    });

    test("teaches nothing of the time before the end", async () => {
      const { clock, response, sockets, ask } = await leave();
      await clock.advance(1_000);
      response?.end();
      await delay(50);
      await clock.advance(5_000);
      await closeAndAskAgain({ sockets, ask });
      // The server keeps connections for 5 s, so one that was idle for longer than 4 s is not used.
      await clock.advance(4_001);
      await ask();
      expect(sockets).toHaveLength(3);
    });

    test("counts as idle since then, since the end may be read only after a freeze", async () => {
      const { clock, response, sockets, ask } = await leave();
      await clock.advance(2_000);
      response?.end();
      await delay(50);
      await clock.advance(16_001);
      await ask();
      expect(sockets).toHaveLength(2);
    });
  });

  test("is not used again if the clock was set back", async () => {
    const { clock, sockets, url } = await start(secure, announcing("timeout=60"));
    let setBackMs = 0;
    const client = makeHttpClient({
      publicOnly: false,
      clock: { ...clock, now: () => clock.now() - setBackMs },
    });
    await ask(client, url);
    setBackMs = 3_600_000;
    await ask(client, url);
    expect(sockets).toHaveLength(2);
  });

  test("that is too old stays open only as the one that is observed, for a minute", async () => {
    let waiting: ServerResponse[] = [];
    const { clock, sockets, ask } = await start(secure, (_request, response) => {
      waiting.push(response);
      if (waiting.length < 3 && sockets.length <= 3) return;
      for (const each of waiting) each.end("done");
      waiting = [];
    });
    await Promise.all([ask(), ask(), ask()]);
    await clock.advance(10_000);
    await ask();
    const open = () => sockets.filter(({ destroyed }) => !destroyed).length;
    await eventually(() => expect(open()).toBe(2));
    await clock.advance(54_000);
    await eventually(() => expect(open()).toBe(1));
  });

  test("to a server that is not called any more is closed after a minute", async () => {
    const first = await start(secure, announcing("timeout=600"));
    const other = await start(secure, announcing("timeout=600"));
    await ask(other.send, first.url);
    await other.clock.advance(60_001);
    await other.ask();
    await eventually(() => expect(first.sockets[0]?.destroyed).toBe(true));
  });
});

test("no more than 256 connections are kept, the newest", async () => {
  const waiting: ServerResponse[] = [];
  const { url, send, sockets } = await start(false, (_request, response) => {
    waiting.push(response);
    if (waiting.length === 200 || waiting.length === 400) for (const each of waiting.slice(-200)) each.end();
  });
  const callAll = (host: string) =>
    Promise.all(Array.from({ length: 200 }, () => ask(send, url.replace("127.0.0.1", host))));
  await callAll("127.0.0.1");
  await callAll("localhost");
  await eventually(() => expect(sockets.filter(({ destroyed }) => !destroyed)).toHaveLength(256));
  expect(sockets.slice(200).filter(({ destroyed }) => destroyed)).toEqual([]);
});
