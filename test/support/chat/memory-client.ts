import { type ChatEvent, type ChatPosition, readPosition } from "#core/chat/chat-event.ts";
import type { EmitEvent } from "#core/chat/run-chat-turn.ts";
import { shownBy } from "./any-events.ts";

export interface MemoryClient {
  readonly emit: EmitEvent;
  /** All received events, in order. */
  readonly events: ChatEvent[];
  /** The id of each event, in order. */
  readonly ids: string[];
  /** Decoded from the ids. */
  readonly positions: () => (ChatPosition | undefined)[];
  /** The time of each event, in milliseconds since the epoch. */
  readonly times: number[];
  readonly types: () => string[];
  readonly text: () => string;
}

/** A client that records all its events. */
export const makeMemoryClient = (now: () => number = Date.now): MemoryClient => {
  const events: ChatEvent[] = [];
  const ids: string[] = [];
  const times: number[] = [];
  return {
    events,
    ids,
    times,
    positions: () => ids.map(readPosition),
    types: () => events.map(({ type }) => type),
    text: () => shownBy(events),
    emit: (event, position) => {
      events.push(event);
      ids.push(position);
      times.push(now());
    },
  };
};
