import { type App, outlivesClient } from "../apps/apps.ts";
import type { EventSink, HttpReply } from "../http/http-reply.ts";
import { eventFrame, pingFrame } from "../http/wire-format.ts";
import type { JsonObject } from "../json.ts";
import type { StandIn } from "../state/stand-in.ts";
import type { Run } from "./run.ts";

interface EventStream {
  readonly event: (event: JsonObject) => void;
  readonly end: (how: "closed" | "cut") => void;
}

/** A3: frames as the version writes them, and a ping every so often while the stream is open. */
const openEventStream = (sink: EventSink, app: App, pingMs: number): EventStream => {
  const pinging = setInterval(() => sink.send(pingFrame), pingMs);
  sink.onDisconnect(() => clearInterval(pinging));
  if (outlivesClient(app)) sink.send(pingFrame);
  return {
    event: (event) => sink.send(eventFrame(event, app.traits.streamJson)),
    end: (how) => {
      clearInterval(pinging);
      if (how === "cut") {
        sink.destroy();
      } else {
        sink.close();
      }
    },
  };
};

/** A run's events from the beginning, or from now on. */
export const runStream = ({ timing }: StandIn, run: Run, from: "beginning" | "now"): HttpReply => ({
  kind: "events",
  open: (sink) => {
    const { app } = run.turn;
    const stream = openEventStream(sink, app, timing.pingMs);
    if (from === "beginning") run.events().forEach(stream.event);
    const leave = run.listen(stream);
    if (leave === undefined) {
      stream.end("closed");
      return;
    }
    sink.onDisconnect(() => {
      leave();
      // A8-8: until 1.12 a run ends with its client.
      if (!outlivesClient(app) && !run.hasListeners()) run.abandon();
    });
  },
});

/** These events, and then nothing but pings until the server gives up (A5, A7). */
export const idleStream = ({ timing }: StandIn, app: App, events: readonly JsonObject[]): HttpReply => ({
  kind: "events",
  open: (sink) => {
    const stream = openEventStream(sink, app, timing.pingMs);
    events.forEach(stream.event);
    const givingUp = setTimeout(() => stream.end("closed"), timing.idleMs);
    sink.onDisconnect(() => clearTimeout(givingUp));
  },
});

/** These events, and the end. */
export const finishedStream = ({ timing }: StandIn, app: App, events: readonly JsonObject[]): HttpReply => ({
  kind: "events",
  open: (sink) => {
    const stream = openEventStream(sink, app, timing.pingMs);
    events.forEach(stream.event);
    stream.end("closed");
  },
});
