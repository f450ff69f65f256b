import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import fc from "fast-check";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { makeIdleConnections, timeoutIn } from "#adapters/http/idle-connections.ts";
import { readText } from "#adapters/http/read-text.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { post, withServer } from "./servers.ts";

const second = 1_000;
const origin = "https://dify.example.com";
const connections = makeIdleConnections({ now: () => Date.now(), sleep: async () => {} });

/** A connection on which a response has come, idle from now on. */
const idleTo = (server: string, keepAlive?: string): PassThrough => {
  const socket = new PassThrough();
  connections.onResponse(server, socket, keepAlive);
  connections.onIdle(socket);
  return socket;
};

const closedByServer = (socket: PassThrough): void => {
  socket.emit("end");
  socket.destroy();
};

describe("an idle connection", () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** Whether a new idle connection may be used after this time. */
  const isUsableAfter = (ms: number, server: string, keepAlive?: string): boolean => {
    const socket = idleTo(server, keepAlive);
    // Without its timers: the process was frozen.
    jest.setSystemTime(Date.now() + ms);
    const isUsable = connections.isUsable(socket);
    connections.onUsed(socket);
    socket.destroy();
    return isUsable;
  };

  test("is used again for four seconds if nothing is known of its server", () => {
    expect(isUsableAfter(4 * second, "https://a.example.com")).toBe(true);
    expect(isUsableAfter(4 * second + 1, "https://a.example.com")).toBe(false);
  });

  test.each([
    ["timeout=30, max=80", 29, 30],
    ["timeout=2", 1, 2],
    ["timeout=1", -1, 1],
    ["timeout=600", 50, 51],
  ])("is used as long as its server says (%s), with a margin and at most 50 s", (header, usable, not) => {
    const server = `https://${header.length}.${usable}.example.com`;
    if (usable >= 0) expect(isUsableAfter(usable * second, server, header)).toBe(true);
    expect(isUsableAfter(not * second, server, header)).toBe(false);
  });

  test("is used for longer once others of its server stayed open, and not after a freeze, which proves nothing", () => {
    const frozen = idleTo(origin);
    jest.setSystemTime(Date.now() + 3_600 * second);
    jest.advanceTimersByTime(51 * second);
    expect(isUsableAfter(9 * second, origin)).toBe(false);
    connections.onUsed(frozen);

    idleTo(origin);
    jest.advanceTimersByTime(36 * second);
    expect(isUsableAfter(30 * second, origin)).toBe(true);
    expect(isUsableAfter(36 * second, origin)).toBe(false);
    idleTo(origin);
    jest.advanceTimersByTime(51 * second);
    expect(isUsableAfter(50 * second, origin)).toBe(true);
  });

  test("is not used at the age at which its server closed another, unless a later one stays open", () => {
    const server = "https://short.example.com";
    const closed = idleTo(server);
    jest.advanceTimersByTime(3 * second);
    closedByServer(closed);
    expect(isUsableAfter(2 * second, server)).toBe(true);
    expect(isUsableAfter(3 * second, server)).toBe(false);
    // It had restarted.
    idleTo(server);
    jest.advanceTimersByTime(10 * second);
    expect(isUsableAfter(9 * second, server)).toBe(true);
  });
});

test("the timeout of a Keep-Alive header is read whatever else it has, and never from anything else", () => {
  expect(timeoutIn("timeout=5")).toBe(5_000);
  expect(timeoutIn('max=80, Timeout = "55"')).toBe(55_000);
  expect(timeoutIn("max=100")).toBeUndefined();
  expect(timeoutIn("no-timeout=5")).toBeUndefined();
  fc.assert(
    fc.property(fc.string(), (header) => {
      const ms = timeoutIn(header);
      expect(ms === undefined || (ms >= 0 && ms < 1_000_000_000)).toBe(true);
    }),
  );
});

test(
  "a client keeps a connection as long as its server says",
  withServer(
    (_request, response) => response.setHeader("keep-alive", "timeout=30").end("done"),
    async ({ url, connections: made }) => {
      const clock = makeTestClock();
      const client = makeHttpClient({ publicOnly: false, clock });
      const callAfter = async (ms: number): Promise<number> => {
        await clock.advance(ms);
        await readText((await client(post(url))).body, 1_000);
        return made();
      };
      expect([await callAfter(0), await callAfter(29 * second), await callAfter(30 * second)]).toEqual([
        1, 1, 2,
      ]);
    },
  ),
);
