import { systemClock } from "#adapters/node/system-clock.ts";
import { outlivesClient } from "../apps/apps.ts";
import type { JsonObject } from "../json.ts";
import { runSteps } from "./run-steps.ts";
import type { Outcome, Step, Steps, Stop } from "./steps.ts";
import type { Turn } from "./turn.ts";

export interface RunListener {
  readonly event: (event: JsonObject) => void;
  readonly end: (how: "closed" | "cut") => void;
}

export interface WaitingForm {
  readonly token: string;
  readonly form: JsonObject;
}

export interface Run {
  readonly turn: Turn;
  /** What has been sent so far. */
  readonly events: () => readonly JsonObject[];
  readonly outcome: () => Outcome | undefined;
  /** The first thing the run comes to, which is what a blocking request is answered with; undefined when it is cut. */
  readonly firstOutcome: Promise<Outcome | undefined>;
  /** Returns how to stop listening; undefined when there is nothing more to come. */
  readonly listen: (listener: RunListener) => (() => void) | undefined;
  readonly hasListeners: () => boolean;
  readonly stop: (stop: Stop) => void;
  readonly abandon: () => void;
  readonly waitingForm: () => WaitingForm | undefined;
  readonly fillForm: (action: string) => void;
}

interface RunOptions {
  readonly idleMs: number;
  readonly closing: AbortSignal;
  readonly onOutcome: (outcome: Outcome) => void;
}

/** Carries out a run's steps in time and hands its events to whoever listens. */
export const startRun = (turn: Turn, { idleMs, closing, onOutcome }: RunOptions): Run => {
  const events: JsonObject[] = [];
  const listeners = new Set<RunListener>();
  const wakeUp = new AbortController();
  const awake = AbortSignal.any([closing, wakeUp.signal]);
  const first = Promise.withResolvers<Outcome | undefined>();
  let stop: Stop | undefined;
  let outcome: Outcome | undefined;
  let over = false;
  let waiting: (WaitingForm & { readonly resume: () => void }) | undefined;
  let chosenAction = "";

  const settle = (reached: Outcome) => {
    outcome = reached;
    onOutcome(reached);
    first.resolve(reached);
  };
  const endListeners = (how: "closed" | "cut") => {
    for (const listener of listeners) {
      listener.end(how);
    }
    listeners.clear();
  };
  const finish = (how: "closed" | "cut") => {
    if (over) return;
    over = true;
    wakeUp.abort();
    first.resolve(how === "cut" ? undefined : (outcome ?? { kind: "nothing" }));
    endListeners(how);
  };
  const carryOut = async (step: Step): Promise<void> => {
    switch (step.kind) {
      case "event":
        events.push(step.event);
        for (const listener of listeners) {
          listener.event(step.event);
        }
        return;
      case "wait":
        return systemClock.sleep(step.ms, awake);
      case "hold":
        return systemClock.sleep(idleMs, awake);
      case "settle":
        settle(step.outcome);
        return;
      case "pause": {
        endListeners("closed");
        const resumed = Promise.withResolvers<void>();
        waiting = { token: step.formToken, form: step.form, resume: resumed.resolve };
        return resumed.promise;
      }
      case "cut":
        if (!outlivesClient(turn.app)) return finish("cut");
        first.resolve(undefined);
        endListeners("cut");
        return;
    }
  };
  const proceed = async (steps: Steps): Promise<void> => {
    // Whoever started the run listens first.
    await Promise.resolve();
    for (const step of steps) {
      await carryOut(step);
      if (over || closing.aborted) return;
    }
    finish("closed");
  };
  const control = { stop: () => stop, chosenAction: () => chosenAction };
  void proceed(runSteps(turn, control));

  return {
    turn,
    events: () => events,
    outcome: () => outcome,
    firstOutcome: first.promise,
    listen: (listener) => {
      if (over) return undefined;
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    hasListeners: () => listeners.size > 0,
    stop: (requested) => {
      stop ??= requested;
      wakeUp.abort();
    },
    abandon: () => finish("closed"),
    waitingForm: () => waiting,
    fillForm: (action) => {
      const form = waiting;
      waiting = undefined;
      chosenAction = action;
      form?.resume();
    },
  };
};
