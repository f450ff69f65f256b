import { foundTurnsReply, type TurnReply, turnsReply } from "#adapters/api-gateway/turn-reply.ts";
import { callApi } from "../../../api.ts";
import { ApiError } from "../../../api-error.ts";
import { sleep } from "../../../sleep.ts";
import { type WatchPorts, watchTurns } from "./watch-turns.ts";

interface Watch {
  readonly signal: AbortSignal;
  readonly show: WatchPorts["show"];
}

const sleepOf = (signal: AbortSignal) => (ms: number) => sleep(ms, signal);

/** A message triggers its integrations within a second or two; the index of turns follows within another. */
const maxEmptyPolls = 8;

/** The turns of a message, a turn for each integration that it triggered. */
export const watchMessage = (
  { msgUID, fromUserId }: { readonly msgUID: string; readonly fromUserId: string },
  { signal, show }: Watch,
): Promise<readonly TurnReply[]> => {
  const load = async () => {
    try {
      const found = await callApi("/v3/turn/get.json", { msgUID, fromUserId }, foundTurnsReply, signal);
      return found.turns;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return [];
      throw error;
    }
  };
  return watchTurns({ load, sleep: sleepOf(signal), show }, maxEmptyPolls);
};

interface BotFilter {
  readonly userId: string;
  readonly fromUserId?: string;
  /** How long ago a message may have been sent. */
  readonly maxAgeMs: number;
  readonly exceptFrom?: string;
}

/** The first turns with a bot in the IM; waits for one until it is stopped. */
export const watchBot = (
  { maxAgeMs, exceptFrom, ...asked }: BotFilter,
  { signal, show }: Watch,
): Promise<readonly TurnReply[]> => {
  const query = { ...asked, since: Date.now() - maxAgeMs, pageSize: 10 };
  const load = async () => {
    const { turns } = await callApi("/v3/turn/query.json", query, turnsReply, signal);
    return turns.filter(({ channel, fromUserId }) => channel === "im" && fromUserId !== exceptFrom);
  };
  return watchTurns({ load, sleep: sleepOf(signal), show }, Number.POSITIVE_INFINITY);
};
