import type { TurnReply } from "#adapters/api-gateway/turn-reply.ts";

export interface WatchPorts {
  /** The turns that are known so far. */
  readonly load: () => Promise<readonly TurnReply[]>;
  readonly sleep: (ms: number) => Promise<void>;
  readonly show: (turns: readonly TurnReply[]) => void;
}

const firstPollMs = 400;
const pollMs = 1_000;
const maxPolls = 60;

const haveEnded = (turns: readonly TurnReply[]): boolean =>
  turns.length > 0 && turns.every(({ outcome }) => outcome !== "running");

/**
 * Reads turns until all have ended; once more after that, since the index of turns may show one a second after another.
 * Returns what is known after a minute at the latest, and after `maxEmptyPolls` if there is none.
 */
export const watchTurns = async (
  { load, sleep, show }: WatchPorts,
  maxEmptyPolls: number,
): Promise<readonly TurnReply[]> => {
  let turns: readonly TurnReply[] = [];
  let emptyPolls = 0;
  for (let polls = 0; polls - emptyPolls < maxPolls && emptyPolls < maxEmptyPolls; polls += 1) {
    await sleep(polls === 0 ? firstPollMs : pollMs);
    const before = turns;
    turns = await load();
    if (turns.length === 0) emptyPolls += 1;
    else show(turns);
    if (haveEnded(turns) && haveEnded(before) && turns.length === before.length) break;
  }
  return turns;
};
