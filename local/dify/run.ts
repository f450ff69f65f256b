import type { Clock } from "#core/shared/clock.ts";
import type { RunFacts } from "./fill.ts";
import { type FormState, makeFormState, newForm } from "./forms.ts";
import { makeFrames } from "./frames.ts";
import { asObject, defined, type JsonObject } from "./json.ts";
import type { Step, StepOf } from "./profile.ts";
import type { App, StoredMessage } from "./store.ts";
import { foreignStops } from "./versions.ts";

export interface Turn extends RunFacts {
  readonly app: App;
  readonly message: StoredMessage | undefined;
}

interface RunListener {
  /** Undefined is a ping. */
  readonly send: (event: JsonObject | undefined) => void;
  readonly end: (how: "closed" | "cut") => void;
}

/** How a run ended, with its last events; "cut" if its connections broke. */
export interface Outcome {
  readonly kind: "answered" | "failed" | "paused" | "cut";
  readonly text: string;
  readonly events: readonly JsonObject[];
}

export interface RunPorts {
  /** The time of runs and recordings. Pings are sent in real time. */
  readonly clock: Clock;
  /** Default delay between pieces of text. */
  readonly paceMs: number;
  /** Interval of pings. */
  readonly pingMs: number;
  /** Idle timeout of streams. */
  readonly idleMs: number;
  readonly closing: AbortSignal;
  /** Waits for a free worker; resolves to a function that releases it. */
  readonly takeWorker: () => Promise<() => void>;
}

const messageStatus = { answered: "normal", failed: "error", paused: "paused" } as const;

/** Runs a script at its pace and sends its events to all listeners. */
export const startRun = (turn: Turn, steps: readonly Step[], ports: RunPorts) => {
  const { message } = turn;
  const { clock } = ports;
  const { version, behaviour, paceMs = ports.paceMs } = turn.app.profile;
  const frames = makeFrames(turn.app.profile, turn);
  const { isDetached } = frames;
  if (message && !isDetached) message.isStored = true;
  const listeners = new Set<RunListener>();
  const firstOutcome = Promise.withResolvers<Outcome>();
  const waking = new AbortController();
  const awake = AbortSignal.any([ports.closing, waking.signal]);
  let outcome: Outcome | undefined;
  let isFinished = false;
  let stop: "stops" | "fails" | undefined;
  let text = "";
  let freeWorker = (): void => {};
  let isQuiet = false;
  let isBegun = false;
  const forms: FormState[] = [];
  /** Files of the answer, as its message has them. */
  const drawn: JsonObject[] = [];

  const emit = (events: readonly JsonObject[]): void => {
    for (const event of events) for (const { send } of listeners) send(event);
  };
  const pings = setInterval(() => {
    if (!isQuiet) for (const { send } of listeners) send(undefined);
  }, ports.pingMs).unref();
  const withoutPings = async (waiting: Promise<void>): Promise<void> => {
    isQuiet = true;
    await waiting;
    isQuiet = false;
  };
  const endStreams = (how: "closed" | "cut"): void => {
    firstOutcome.resolve({ kind: "cut", text, events: [] });
    for (const listener of listeners) listener.end(how);
    listeners.clear();
  };
  const end = (how: "closed" | "cut"): void => {
    if (isFinished) return;
    isFinished = true;
    clearInterval(pings);
    freeWorker();
    endStreams(how);
  };

  /** Stores the outcome before its events are sent. */
  const settle = (
    kind: "answered" | "failed" | "paused",
    events: readonly JsonObject[],
    said = text,
  ): void => {
    outcome = { kind, text: said, events };
    firstOutcome.resolve(outcome);
    if (message) {
      const { metadata } = events.find(({ event }) => event === "message_end") ?? {};
      message.status = messageStatus[kind];
      message.answer = said;
      message.sources = asObject(metadata).retriever_resources ?? [];
      message.files = [...message.files, ...drawn];
    }
    emit(events);
  };
  const note = (event: JsonObject): void => {
    if (event.event === "message_file") drawn.push({ belongs_to: "assistant", ...defined(event, "event") });
  };
  const say = async (pieces: readonly string[]): Promise<void> => {
    for (const piece of pieces) {
      if (stop === "stops" || isFinished) return;
      text += piece;
      emit(frames.piece(piece));
      await clock.sleep(paceMs, awake);
    }
  };

  const finish = (step: StepOf<"finish">): void => {
    drawn.push(...(step.files ?? []).map((file) => ({ belongs_to: "assistant", ...file })));
    settle("answered", frames.ending(step, text), step.replacement);
  };

  const pause = async (step: StepOf<"pause">): Promise<void> => {
    const state = makeFormState(newForm(step));
    forms.push(state);
    text += step.said ?? "";
    settle("paused", frames.paused(state.form, text, isBegun));
    endStreams("closed");
    freeWorker();
    await Promise.race([state.submitted, clock.sleep(Number.POSITIVE_INFINITY, ports.closing)]);
    if (ports.closing.aborted) return;
    outcome = undefined;
    isBegun = true;
    emit(frames.resumed());
  };

  /** The first step that is neither a wait in the queue nor the end of a connection begins the run. */
  const store = ({ do: kind }: Step): void => {
    if (message && kind !== "wait" && kind !== "cut") message.isStored = true;
  };
  const play = async (step: Step): Promise<void> => {
    store(step);
    switch (step.do) {
      case "begin":
        isBegun = true;
        return emit(frames.head());
      case "say":
        return say(step.pieces ?? []);
      case "emit":
        note({ ...step.fields, event: step.event });
        emit([frames.own(step.event, step.fields)]);
        return clock.sleep(paceMs, awake);
      case "finish":
        // A stop by another user takes effect once the node has ended.
        return stop === "fails"
          ? play({ do: "fail", message: "Aborted: User requested stop" })
          : finish(step);
      case "fail":
        return settle("failed", frames.failure(step), "");
      case "reject": {
        if (!isDetached) return;
        const events = frames.rejection(step.message);
        return events.length === 0 ? play({ do: "wait", pings: false }) : emit(events);
      }
      case "pause":
        return pause(step);
      case "cut":
        return isDetached ? endStreams("cut") : end("cut");
      case "wait": {
        const waiting = clock.sleep(step.ms ?? ports.idleMs, awake);
        return step.pings ? waiting : withoutPings(waiting);
      }
    }
  };
  const playAll = async (): Promise<void> => {
    if (isDetached) {
      await withoutPings(
        ports.takeWorker().then((free) => {
          freeWorker = free;
        }),
      );
    }
    for (const step of steps) {
      await play(step);
      if (isFinished || ports.closing.aborted) return;
      if (stop === "stops" && outcome === undefined) {
        settle("answered", frames.stopped(text));
        break;
      }
    }
    end("closed");
  };
  // Lets the caller start listening before the first event.
  setImmediate(() => void playAll());

  return {
    turn,
    isDetached,
    firstOutcome: firstOutcome.promise,
    outcome: (): Outcome | undefined => outcome,
    forms: (): readonly FormState[] => forms,
    /** Returns a function that stops listening. */
    listen: (listener: RunListener): (() => void) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        // Up to 1.12, a run ends when its client disconnects.
        if (!isDetached && listeners.size === 0) end("closed");
      };
    },
    stop: (user: string): void => {
      const foreign = frames.isGraph ? foreignStops[version] : "ignored";
      const effect = user === turn.user ? "stops" : foreign;
      if (behaviour?.kind === "stop_disobeyed" || effect === "ignored") return;
      stop ??= effect;
      waking.abort();
    },
  };
};

export type Run = ReturnType<typeof startRun>;
