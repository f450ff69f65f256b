import { createServer } from "node:https";
import { connect, createServer as createTcpServer, type Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { setDefaultCACertificates } from "node:tls";
import { makeAskDify } from "#adapters/dify/ask-dify.ts";
import { difyTimeouts } from "#adapters/dify/dify-timeouts.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { systemClock } from "#adapters/node/system-clock.ts";
import { listenOnPort, loopback } from "../../local/http-server.ts";
import { makeCertificate } from "../../test/support/certificate.ts";
import type { Effort, Measurement } from "../suite/measurement.ts";
import { interleaved, median } from "../suite/statistics.ts";
import { turnOf } from "../turn.ts";

/**
 * Measures the time to the first text of a question after a rest of 30 s, by TLS: on a connection that was kept, and on a
 * new one as before, when every connection was closed after 4 s. The rest is simulated by moving the client's clock.
 *
 * A proxy delays the bytes of each direction, as a network does. It accepts connections at once, so TCP's own round trip,
 * which a new connection also waits for, is not part of the times.
 */
const roundTripsMs = [0, 20, 100];
const keptRestMs = 30_000;
/** Longer than any connection is kept. */
const freshRestMs = 61_000;

/** Dify ends its response a moment after the last event, in milliseconds. */
const endAfterMs = 5;

const certificate = makeCertificate();
setDefaultCACertificates([certificate.cert]);
let connections = 0;
const dify = createServer(certificate, (_request, response) => {
  response.writeHead(200, { "content-type": "text/event-stream", "keep-alive": "timeout=65" });
  const ids = { conversation_id: "c1", message_id: "m1", task_id: "t1" };
  for (const event of [
    { event: "message", answer: "hello" },
    { event: "workflow_finished", data: { status: "succeeded" } },
    { event: "message_end", metadata: {} },
  ])
    response.write(`data: ${JSON.stringify({ ...event, ...ids })}\n\n`);
  setTimeout(() => response.end(), endAfterMs);
});
dify.keepAliveTimeout = 0;
dify.on("secureConnection", () => {
  connections += 1;
});

const difyPort = await listenOnPort(dify, 0);

const pass = (from: Socket, to: Socket, delayMs: number): void => {
  const later = (act: () => unknown): unknown => (delayMs === 0 ? act() : setTimeout(act, delayMs));
  from.on("data", (piece) => later(() => to.write(piece)));
  from.on("error", () => to.destroy());
  from.once("close", () => later(() => to.destroy()));
};

/** In milliseconds, on a kept connection and on a new one. */
const timesOf = async (roundTripMs: number, rounds: number) => {
  const proxy = createTcpServer({ noDelay: true }, (socket) => {
    const onward = connect({ port: difyPort, host: loopback, noDelay: true });
    pass(socket, onward, roundTripMs / 2);
    pass(onward, socket, roundTripMs / 2);
  });
  const { bot, integration, event } = turnOf(
    `https://localhost:${await listenOnPort(proxy, 0)}/v1`,
    "user",
    "hello",
  );
  const question = { bot, integration, event, text: "hello", files: [], memory: undefined };
  let restedMs = 0;
  const clock = { now: () => systemClock.now() + restedMs, sleep: systemClock.sleep };
  const sendHttp = makeHttpClient({ publicOnly: false, clock });
  const ask = makeAskDify({ sendHttp, clock, timeouts: difyTimeouts });
  const askAfter = async (restMs: number): Promise<number> => {
    restedMs += restMs;
    const limits = { deadline: Number.POSITIVE_INFINITY, signal: new AbortController().signal };
    const start = performance.now();
    let firstAt = Number.NaN;
    const { status } = await ask(
      question,
      ({ type }) => {
        if (type === "delta") firstAt = performance.now();
      },
      limits,
    );
    if (status !== "answered") throw new Error(`the question ended as ${status}`);
    await delay(roundTripMs + 4 * endAfterMs);
    return firstAt - start;
  };
  const before = connections;
  // The floor comes first: the kept connection is the one that it has made.
  const times = await interleaved(
    rounds,
    () => askAfter(keptRestMs),
    () => askAfter(freshRestMs),
  );
  if (connections - before !== rounds + 1)
    throw new Error(`${connections - before} connections in ${rounds} rounds`);
  proxy.close();
  return times;
};

export const measure = async (effort: Effort): Promise<readonly Measurement[]> => {
  const measured: Measurement[] = [];
  for (const roundTripMs of roundTripsMs) {
    const times = await timesOf(roundTripMs, effort === "quick" ? 5 : 50);
    const at = `round trip of ${roundTripMs} ms`;
    measured.push(
      {
        name: `first text on a kept connection, ${at}`,
        value: median(times.map(({ ours }) => ours)),
        unit: "ms",
      },
      {
        name: `first text on a new connection, ${at}`,
        value: median(times.map(({ floor }) => floor)),
        unit: "ms",
      },
      {
        name: `kept against new, ${at}`,
        value: median(times.map(({ ours, floor }) => ours / floor)),
        unit: "×",
        max: 0.9,
      },
    );
  }
  return measured;
};
