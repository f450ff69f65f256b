import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { HttpFailure, makeHttpClient, type SendHttp } from "#adapters/http/http-client.ts";
import { systemClock } from "#adapters/node/system-clock.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { appsOf } from "../secrets/apps.ts";
import { appSecret, callTo, makeCaller, take, withReceiver } from "./receiver.ts";

describe("a reply", () => {
  test.each([200, 201, 202, 204, 226, 299])("with HTTP %d has accepted the event", async (status) => {
    await withReceiver(
      (response) => response.writeHead(status).end(),
      async ({ url }) => {
        expect(await makeCaller().callWebhook(callTo(url))).toEqual({ status: "accepted" });
      },
    )();
  });

  test.each([408, 429, 500, 502, 503, 504, 599])("with HTTP %d is retryable", async (status) => {
    await withReceiver(
      (response) => response.writeHead(status).end("why"),
      async ({ url }) => {
        expect(await makeCaller().callWebhook(callTo(url))).toEqual({
          status: "failed",
          reason: `HTTP ${status}`,
          retryAfterMs: undefined,
        });
      },
    )();
  });

  test.each([300, 304, 400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 425, 451, 499, 600, 999])(
    "with HTTP %d is a rejection",
    async (status) => {
      await withReceiver(
        (response) => response.writeHead(status, { "retry-after": "5" }).end(),
        async ({ url }) => {
          expect(await makeCaller().callWebhook(callTo(url))).toEqual({
            status: "refused",
            reason: `HTTP ${status}`,
          });
        },
      )();
    },
  );

  test.each([301, 302, 303, 307, 308])(
    "with HTTP %d is a rejection: redirects are not followed",
    async (status) => {
      await withReceiver(take, async (elsewhere) => {
        await withReceiver(
          (response) => response.writeHead(status, { location: elsewhere.url }).end(),
          async ({ url, received }) => {
            expect(await makeCaller().callWebhook(callTo(url))).toEqual({
              status: "refused",
              reason: `HTTP ${status}`,
            });
            expect([received.length, elsewhere.connections()]).toEqual([1, 0]);
          },
        )();
      })();
    },
  );

  test.each([
    [429, "2", 2_000],
    [503, "120", 120_000],
    [503, "99999999999999999999", 15 * 60_000],
    [429, "soon", undefined],
    [500, "2", undefined],
    [502, "2", undefined],
    [408, "2", undefined],
  ])("with HTTP %d and Retry-After %p asks for a pause of %p ms", async (status, header, ms) => {
    await withReceiver(
      (response) => response.writeHead(status, { "retry-after": header }).end(),
      async ({ url }) => {
        expect(await makeCaller().callWebhook(callTo(url))).toEqual({
          status: "failed",
          reason: `HTTP ${status}`,
          retryAfterMs: ms,
        });
      },
    )();
  });

  test("with a date asks for the time until then", async () => {
    const { callWebhook, clock } = makeCaller();
    const wholeSecond = Math.ceil(clock.now() / 1000) * 1000;
    await clock.advance(wholeSecond - clock.now());
    await withReceiver(
      (response) =>
        response.writeHead(503, { "retry-after": new Date(wholeSecond + 40_000).toUTCString() }).end(),
      async ({ url }) => {
        expect(await callWebhook(callTo(url))).toMatchObject({ status: "failed", retryAfterMs: 40_000 });
      },
    )();
  });
});

const send = makeHttpClient({ publicOnly: false, clock: systemClock });
const sendPublic = makeHttpClient({ publicOnly: true, clock: systemClock });

const soFar = (outcome: Promise<unknown>): Promise<unknown> => Promise.race([outcome, "pending"]);

describe("a reply whose status has arrived", () => {
  const bodies: readonly (readonly [string, (response: ServerResponse) => void])[] = [
    [
      "without end",
      (response) => {
        const more = (): void => {
          while (!response.destroyed && response.write("x".repeat(16_384)));
          response.once("drain", more);
        };
        more();
      },
    ],
    ["larger than the limit", (response) => void response.end("x".repeat(300_000))],
    [
      "broken off",
      (response) => {
        response.setHeader("content-length", 100);
        response.write("x", () => response.destroy());
      },
    ],
    ["that is not UTF-8", (response) => void response.end(Buffer.from([0xff, 0xfe, 0x00, 0xc3]))],
  ];

  test.each(bodies)("counts, with a body %s, and leaves no connection open", async (_name, answer) => {
    for (const [status, outcome] of [
      [200, { status: "accepted" }],
      [500, { status: "failed", reason: "HTTP 500", retryAfterMs: undefined }],
      [400, { status: "refused", reason: "HTTP 400" }],
    ] as const) {
      let closed: Promise<unknown> = Promise.resolve();
      await withReceiver(
        (response) => {
          response.statusCode = status;
          closed = once(response, "close");
          answer(response);
        },
        async ({ url }) => {
          expect(await makeCaller().callWebhook(callTo(url))).toEqual(outcome);
          await closed;
        },
      )();
    }
  });

  test("counts, with a body that is still arriving after 5 s; then its connection is closed", async () => {
    const head = Promise.withResolvers<void>();
    const { callWebhook, clock } = makeCaller({
      sendHttp: async (request) => {
        const response = await send(request);
        head.resolve();
        return response;
      },
    });
    let closed: Promise<unknown> = Promise.resolve();
    await withReceiver(
      (response) => {
        closed = once(response, "close");
        response.writeHead(200).write("first");
      },
      async ({ url }) => {
        const outcome = callWebhook(callTo(url));
        await head.promise;
        await clock.advance(4_999);
        expect(await soFar(outcome)).toBe("pending");
        await clock.advance(1);
        expect(await outcome).toEqual({ status: "accepted" });
        await closed;
      },
    )();
  });
});

/** Runs a test against a server that handles connections as it is told. */
const withTcpServer = async (
  onSocket: (socket: Socket) => void,
  test: (host: string) => Promise<void>,
): Promise<void> => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on("error", () => {}));
    onSocket(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  try {
    await test(`127.0.0.1:${port}`);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
};

describe("a server that does not reply", () => {
  const timeout = { status: "failed", reason: "timeout", retryAfterMs: undefined };
  const unreachable = { status: "failed", reason: "unreachable", retryAfterMs: undefined };

  test.each([
    ["that accepts the connection but sends no head", "http:"],
    ["whose TLS handshake does not end", "https:"],
  ])("%s times out after 5 s, and its connection is closed", async (_name, protocol) => {
    const { callWebhook, clock } = makeCaller();
    const asked = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    await withTcpServer(
      (socket) => {
        socket.once("data", () => asked.resolve()).once("close", () => closed.resolve());
      },
      async (host) => {
        const outcome = callWebhook(callTo(`${protocol}//${host}/`));
        await asked.promise;
        await clock.advance(4_999);
        expect(await soFar(outcome)).toBe("pending");
        await clock.advance(1);
        expect(await outcome).toEqual(timeout);
        await closed.promise;
      },
    );
  });

  test("before the client's limit for a connection or a head has timed out too", async () => {
    const sendHttp: SendHttp = async () => {
      throw new HttpFailure("timeout", false, undefined);
    };
    expect(await makeCaller({ sendHttp }).callWebhook(callTo("http://127.0.0.1/"))).toEqual(timeout);
  });

  test("with a closed port is unreachable", async () => {
    let free = "";
    await withTcpServer(
      () => {},
      async (host) => {
        free = host;
      },
    );
    expect(await makeCaller().callWebhook(callTo(`http://${free}/`))).toEqual(unreachable);
  });

  test("whose name does not exist is unreachable", async () => {
    // No resolver is called for a name with an empty label.
    const { callWebhook } = makeCaller({ sendHttp: sendPublic });
    expect(await callWebhook(callTo("https://no..name/"))).toEqual(unreachable);
  });

  test.each<readonly [string, (socket: Socket) => void]>([
    ["resets the connection", (socket) => socket.once("data", () => socket.resetAndDestroy())],
    ["closes it", (socket) => socket.once("data", () => socket.end())],
    [
      "breaks off within the head",
      (socket) => socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nX-")),
    ],
    [
      "changes the protocol",
      (socket) =>
        socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
    ],
    ["speaks another protocol", (socket) => socket.end("SSH-2.0-OpenSSH_9.9\r\n")],
    ["sends an endless head", (socket) => socket.write(`HTTP/1.1 200 OK\r\nX-Long: ${"x".repeat(100_000)}`)],
  ])("that %s is unreachable", async (_name, onSocket) => {
    await withTcpServer(
      (socket) => void onSocket(socket),
      async (host) => {
        expect(await makeCaller().callWebhook(callTo(`http://${host}/`))).toEqual(unreachable);
      },
    );
  });
});

describe("an address that is not public", () => {
  test.each([
    ["an address", (port: string) => `http://127.0.0.1:${port}/`],
    ["an address as one number", (port: string) => `http://2130706433:${port}/`],
    ["an address in octal", (port: string) => `http://0177.0.0.1:${port}/`],
    ["an address mapped into IPv6", (port: string) => `http://[::ffff:127.0.0.1]:${port}/`],
    ["a name", (port: string) => `http://localhost:${port}/`],
  ])("is rejected, by %s, without a connection", async (_name, urlOf) => {
    await withReceiver(take, async ({ port, connections }) => {
      const { callWebhook } = makeCaller({ sendHttp: sendPublic });
      expect(await callWebhook(callTo(urlOf(port)))).toEqual({
        status: "refused",
        reason: "address not public",
      });
      expect(connections()).toBe(0);
    })();
  });

  test.each(["http://169.254.169.254/latest/meta-data/", "https://10.0.0.1/", "https://[fd00:ec2::254]/"])(
    "such as %s is rejected",
    async (url) => {
      const { callWebhook } = makeCaller({ sendHttp: sendPublic });
      expect(await callWebhook(callTo(url))).toEqual({ status: "refused", reason: "address not public" });
    },
  );
});

describe("a call that cannot be made", () => {
  test("for an unknown app, which may have been added within the last minute, is retryable", async () => {
    await withReceiver(take, async ({ url, received }) => {
      expect(await makeCaller().callWebhook(callTo(url, { appKey: "app-two" }))).toEqual({
        status: "failed",
        reason: "unknown app",
        retryAfterMs: undefined,
      });
      expect(received).toEqual([]);
    })();
  });

  test("because the apps' secrets cannot be read is retryable", async () => {
    const find = async (): Promise<never> => {
      throw new BridgeError("internal", `the secret holds ${appSecret}`);
    };
    const { callWebhook } = makeCaller({ apps: { ...appsOf(), find } });
    expect(await callWebhook(callTo("http://127.0.0.1/"))).toEqual({
      status: "failed",
      reason: "app secret not readable",
      retryAfterMs: undefined,
    });
  });

  test.each(["", "yourserver.com/callback", "ftp://127.0.0.1/", "http://"])(
    "to %p, which is not an HTTP address, is rejected",
    async (callbackUrl) => {
      expect(await makeCaller().callWebhook(callTo(callbackUrl))).toEqual({
        status: "refused",
        reason: "could not be sent",
      });
    },
  );

  test("with an id that no header can carry is rejected", async () => {
    const call = callTo("http://127.0.0.1/", { id: "an\nid" });
    expect(await makeCaller().callWebhook(call)).toEqual({ status: "refused", reason: "could not be sent" });
  });

  test("leaves no timer behind", async () => {
    const waits: (AbortSignal | undefined)[] = [];
    const { callWebhook } = makeCaller({
      clock: {
        now: Date.now,
        sleep: (_ms, signal) => {
          waits.push(signal);
          return new Promise(() => {});
        },
      },
    });
    await callWebhook(callTo("ftp://127.0.0.1/"));
    expect(waits.map((signal) => signal?.aborted)).toEqual([true]);
  });
});
