import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import * as v from "valibot";

/** A turn's steps, one after the other. */
export type Step =
  | { readonly event: string; readonly data: unknown }
  /** An event whose data is exactly this string. */
  | { readonly event: string; readonly raw: string }
  | { readonly waitMs: number }
  | { readonly until: Promise<unknown> }
  /** Waits until this many connections, in all, have followed the turn. */
  | { readonly untilFollowed: number };

const deltaData = v.object({ content: v.string() });

type EventStep = Extract<Step, { event: string }>;

export interface FakeTurn {
  readonly id: string;
  /** Each piece of the stream after that position, stored ones first and then as they come. */
  follow(lastEventId: string | undefined, signal: AbortSignal): AsyncGenerator<string>;
  isEnd(lastEventId: string | undefined): boolean;
  stop(): void;
  /** The text of all deltas so far. */
  text(): string;
}

interface Kept {
  readonly position: string;
  readonly frame: string;
}

const isLast = (step: Step): boolean => "event" in step && (step.event === "end" || step.event === "error");

/** A turn that runs without followers, and stores all its events. */
export const startFakeTurn = (id: string, conversation: string | null, steps: readonly Step[]): FakeTurn => {
  const kept: Kept[] = [];
  let text = "";
  const stopped = new AbortController();
  const stop = once(stopped.signal, "abort");
  let isOver = false;
  let followed = 0;
  let changed = Promise.withResolvers<void>();
  const change = (): void => {
    changed.resolve();
    changed = Promise.withResolvers();
  };

  const add = (step: EventStep): void => {
    const position = `${id}~${kept.length.toString(36)}`;
    const data = "raw" in step ? step.raw : JSON.stringify(step.data);
    kept.push({ position, frame: `id: ${position}\nevent: ${step.event}\ndata: ${data}\n\n` });
    if (step.event === "delta" && "data" in step) text += v.parse(deltaData, step.data).content;
    isOver = isLast(step);
    change();
  };

  const run = async (): Promise<void> => {
    add({ event: "start", data: { turn: id, conversation } });
    for (const step of steps) {
      if (stopped.signal.aborted) break;
      if ("waitMs" in step) await delay(step.waitMs, undefined, stopped).catch(() => undefined);
      else if ("until" in step) await Promise.race([step.until, stop]);
      else if ("untilFollowed" in step) {
        while (followed < step.untilFollowed && !stopped.signal.aborted) await changed.promise;
      } else add(step);
    }
    if (stopped.signal.aborted && !isOver) {
      add({ event: "end", data: { stopped: true, usage: null, sources: [] } });
    }
  };
  void run();

  const indexAfter = (lastEventId: string | undefined): number =>
    lastEventId === undefined ? 0 : kept.findIndex(({ position }) => position === lastEventId) + 1;

  return {
    id,
    follow: async function* (lastEventId, signal) {
      followed += 1;
      change();
      for (let next = indexAfter(lastEventId); !signal.aborted; ) {
        const { frame } = kept[next] ?? {};
        if (frame !== undefined) {
          next += 1;
          yield frame;
        } else if (isOver) return;
        else await changed.promise;
      }
    },
    isEnd: (lastEventId) => isOver && indexAfter(lastEventId) === kept.length,
    text: () => text,
    stop: () => {
      stopped.abort();
      change();
    },
  };
};
