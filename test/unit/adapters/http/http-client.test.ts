import { once } from "node:events";
import { createServer } from "node:net";
import { text as readAll } from "node:stream/consumers";
import { createBrotliCompress, createDeflate, createGzip } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import { HttpFailure, type HttpResponse, makeHttpClient } from "#adapters/http/http-client.ts";
import { readText } from "#adapters/http/read-text.ts";
import { systemClock } from "#adapters/node/system-clock.ts";
import { closeAfterEach } from "../../../support/close-after.ts";
import { eventually } from "../../../support/eventually.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { post, withServer } from "./servers.ts";

const send = makeHttpClient({ publicOnly: false, clock: systemClock });
const sendPublic = makeHttpClient({ publicOnly: true, clock: systemClock });

const textOf = ({ body }: HttpResponse): Promise<string> => readText(body, 1024 * 1024);

const failureOf = (attempt: Promise<unknown>): Promise<HttpFailure> =>
  attempt.then(
    () => Promise.reject(new Error("the call succeeded")),
    (error: HttpFailure) => error,
  );

describe("a call", () => {
  test(
    "transmits method, headers and body, and returns status, headers and body",
    withServer(
      async (request, response) => {
        const body = await readAll(request);
        const { method, url, headers } = request;
        response.writeHead(418, { "x-answer": "yes" });
        response.end(
          JSON.stringify({
            method,
            url,
            type: headers["content-type"],
            length: headers["content-length"],
            body,
          }),
        );
      },
      async ({ url }) => {
        const response = await send(post(`${url}/path?query=1`, { body: "grüß 你 😀" }));
        expect(response.status).toBe(418);
        expect(response.headers["x-answer"]).toBe("yes");
        expect(JSON.parse(await textOf(response))).toEqual({
          method: "POST",
          url: "/path?query=1",
          type: "text/plain",
          length: "15",
          body: "grüß 你 😀",
        });
      },
    ),
  );

  test(
    "delivers the body piece by piece, before it is complete",
    withServer(
      (_request, response) => {
        response.write("first");
        response.once("close", () => undefined);
      },
      async ({ url }) => {
        const { body } = await send(post(url));
        const first = await body[Symbol.asyncIterator]().next();
        expect(String(first.value)).toBe("first");
      },
    ),
  );

  test(
    "does not reuse a connection that was idle for so long that the server may be closing it",
    withServer(
      (_request, response) => response.end("done"),
      async ({ url, connections }) => {
        const clock = makeTestClock();
        const client = makeHttpClient({ publicOnly: false, clock });
        const callOnce = async (): Promise<void> =>
          expect(await textOf(await client(post(url)))).toBe("done");
        await callOnce();
        await clock.advance(4_000);
        await callOnce();
        expect(connections()).toBe(1);
        await clock.advance(4_001);
        await callOnce();
        expect(connections()).toBe(2);
      },
    ),
  );

  test(
    "times out by the clock that it is given",
    withServer(
      () => {},
      async ({ url }) => {
        const clock = makeTestClock();
        const client = makeHttpClient({ publicOnly: false, clock });
        const failure = failureOf(client(post(url, { headMs: 60_000 })));
        await eventually(async () => {
          await clock.advance(20_000);
          expect(await Promise.race([failure, "waiting"])).not.toBe("waiting");
        });
        expect(await failure).toMatchObject({ kind: "timeout", connected: true });
      },
    ),
  );

  test(
    "reuses an open connection",
    withServer(
      (_request, response) => response.end("done"),
      async ({ url, connections }) => {
        const client = makeHttpClient({ publicOnly: false, clock: systemClock });
        for (let call = 0; call < 5; call += 1) expect(await textOf(await client(post(url)))).toBe("done");
        expect(connections()).toBe(1);
      },
    ),
  );

  test.each([
    ["gzip", createGzip],
    ["deflate", createDeflate],
    ["br", createBrotliCompress],
  ] as const)(
    "asks for no compression, and reads %s that came all the same, piece by piece",
    (encoding, compress) =>
      withServer(
        async (request, response) => {
          expect(request.headers["accept-encoding"]).toBe("identity");
          response.writeHead(200, { "content-encoding": encoding });
          const compressor = compress();
          compressor.pipe(response);
          compressor.write("data: 你好\n\n");
          compressor.flush();
          await once(request.socket, "close");
        },
        async ({ url }) => {
          const { body } = await send(post(url));
          for await (const piece of body) {
            expect(piece.toString()).toBe("data: 你好\n\n");
            break;
          }
        },
      )(),
  );

  test(
    "ends like a cut one where what came is not what it is said to be",
    withServer(
      (_request, response) => response.writeHead(200, { "content-encoding": "gzip" }).end("not gzip"),
      async ({ url }) => {
        await expect(textOf(await send(post(url)))).rejects.toThrow("incorrect header check");
      },
    ),
  );

  test("follows no redirect: it is a response like any other", async () => {
    let reached = false;
    await withServer(
      (_request, response) => {
        reached = true;
        response.end();
      },
      async (elsewhere) =>
        withServer(
          (_request, response) => response.writeHead(307, { location: elsewhere.url }).end(),
          async ({ url }) => {
            const response = await send(post(url));
            expect(response.status).toBe(307);
            await textOf(response);
            expect(reached).toBe(false);
          },
        )(),
    )();
  });
});

describe("a call without a response", () => {
  test("is unreachable if the connection is refused, and the server has seen nothing", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    await new Promise((resolve) => server.close(resolve));
    const failure = await failureOf(send(post(`http://127.0.0.1:${port}/`)));
    expect(failure).toBeInstanceOf(HttpFailure);
    expect(failure).toMatchObject({ kind: "unreachable", connected: false });
  });

  test("times out if no connection is established in time, and the server has seen nothing", async () => {
    // Accepts connections, and never answers the TLS handshake.
    const server = closeAfterEach(createServer().listen(0, "127.0.0.1"));
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const failure = await failureOf(send(post(`https://127.0.0.1:${port}/`, { connectMs: 50 })));
    expect(failure).toMatchObject({ kind: "timeout", connected: false });
  });

  test(
    "times out if no head arrives in time, and the server may have seen it",
    withServer(
      () => undefined,
      async ({ url }) => {
        const failure = await failureOf(send(post(url, { headMs: 50 })));
        expect(failure).toMatchObject({ kind: "timeout", connected: true });
      },
    ),
  );

  test(
    "is unreachable if the connection breaks after the request was sent",
    withServer(
      (request) => request.socket.destroy(),
      async ({ url }) => {
        expect(await failureOf(send(post(url)))).toMatchObject({ kind: "unreachable", connected: true });
      },
    ),
  );

  test(
    "is not subject to the head's timeout once the head has arrived",
    withServer(
      (_request, response) => {
        response.write("one ");
        setTimeout(() => response.end("two"), 150);
      },
      async ({ url }) => {
        expect(await textOf(await send(post(url, { headMs: 100 })))).toBe("one two");
      },
    ),
  );

  test("ends at once if its signal is already aborted, without a connection", async () => {
    await withServer(
      (_request, response) => response.end(),
      async ({ url, connections }) => {
        expect(await failureOf(send(post(url, { signal: AbortSignal.abort() })))).toBeInstanceOf(HttpFailure);
        expect(connections()).toBe(0);
      },
    )();
  });

  test(
    "ends when its signal aborts before the head",
    withServer(
      () => undefined,
      async ({ url }) => {
        const failure = await failureOf(send(post(url, { signal: AbortSignal.timeout(50) })));
        expect(failure).toBeInstanceOf(HttpFailure);
      },
    ),
  );

  test(
    "ends when its signal aborts in the middle of the body",
    withServer(
      (_request, response) => void response.write("first"),
      async ({ url }) => {
        const leaving = new AbortController();
        const response = await send(post(url, { signal: leaving.signal }));
        setTimeout(() => leaving.abort(), 20);
        await expect(textOf(response)).rejects.toThrow();
      },
    ),
  );

  test("fails with neither URL nor headers in its message, which may be logged", async () => {
    const request = post("http://127.0.0.1:1/?token=secret-token", {
      headers: { authorization: "Bearer app-secret" },
    });
    const failure = await failureOf(send(request));
    expect(String(failure)).not.toMatch(/secret/);
  });
});

describe("closing the body early", () => {
  test("closes the connection, so that the server stops", async () => {
    let left: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => {
      left = resolve;
    });
    await withServer(
      (_request, response) => {
        response.once("close", left);
        response.write("first");
      },
      async ({ url }) => {
        const { body } = await send(post(url));
        for await (const _piece of body) break;
        await closed;
      },
    )();
  });
});

describe("a client for public addresses only", () => {
  test.each([
    ["an address", (port: string) => `http://127.0.0.1:${port}/`],
    ["an address as one number", (port: string) => `http://2130706433:${port}/`],
    ["an address in hex", (port: string) => `http://0x7f.1:${port}/`],
    ["an address mapped into IPv6", (port: string) => `http://[::ffff:127.0.0.1]:${port}/`],
    ["this host", (port: string) => `http://0.0.0.0:${port}/`],
    ["a name", (port: string) => `http://localhost:${port}/`],
  ])("does not connect to a local server by %s", async (_name, urlOf) => {
    await withServer(
      (_request, response) => response.end("internal"),
      async ({ port, connections }) => {
        const failure = await failureOf(sendPublic(post(urlOf(port))));
        expect(failure).toMatchObject({ kind: "forbidden_address", connected: false });
        expect(connections()).toBe(0);
      },
    )();
  });

  test.each(["http://169.254.169.254/latest/meta-data/", "https://[fd00:ec2::254]/", "https://10.0.0.1/"])(
    "rejects %s",
    async (url) => {
      expect(await failureOf(sendPublic(post(url)))).toMatchObject({ kind: "forbidden_address" });
    },
  );
});

describe("reading a body as text", () => {
  async function* piecesOf(...pieces: readonly string[]): AsyncGenerator<Buffer> {
    for (const piece of pieces) yield Buffer.from(piece);
  }
  async function* endless(): AsyncGenerator<Buffer> {
    for (;;) yield Buffer.alloc(1000, "x");
  }

  test("returns all of it up to the limit", async () => {
    expect(await readText(piecesOf("he", "llo"), 5)).toBe("hello");
    expect(await readText(piecesOf(), 5)).toBe("");
  });

  test("returns as many bytes as the limit and does not wait for more", async () => {
    expect(await readText(piecesOf("hello", " world"), 7)).toBe("hello w");
    expect(await readText(endless(), 2500)).toBe("x".repeat(2500));
  });

  test("decodes a character that was split into two pieces", async () => {
    const [first, second] = [Buffer.from("你").subarray(0, 1), Buffer.from("你").subarray(1)];
    async function* halves(): AsyncGenerator<Buffer> {
      yield first;
      yield second;
    }
    expect(await readText(halves(), 100)).toBe("你");
  });
});
