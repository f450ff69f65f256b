import { type ChatEvent, type ChatPosition, readPosition } from "#core/chat/chat-event.ts";
import type { EmitEvent } from "#core/chat/run-chat-turn.ts";
import { shownBy } from "./any-events.ts";

export interface MemoryClient {
  readonly emit: EmitEvent;
  /** All that it received, in order. */
  readonly events: ChatEvent[];
  /** The id of each, as it came. */
  readonly ids: string[];
  /** As the ids say. */
  readonly positions: () => (ChatPosition | undefined)[];
  /** When each came, in milliseconds since the epoch. */
  readonly times: number[];
  readonly types: () => string[];
  readonly text: () => string;
}

/** A client that hears all it is told. */
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
