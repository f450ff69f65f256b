import type * as v from "valibot";
import type { foundTurnsReply, TurnReply } from "#adapters/api-gateway/turn-reply.ts";
import { ApiError } from "../../../api-error.ts";

/** The ids that a turn can be found by, the cheapest first: a turn's own is read directly, the others are looked for. */
const idNames = ["turn", "msgUID", "requestId", "messageId"] as const;

export interface FoundTurns {
  readonly turns: readonly TurnReply[];
  /** Turns that were accepted before this time were not looked at. */
  readonly continueUntil: number | undefined;
}

type Asked = Readonly<Partial<Record<(typeof idNames)[number], string>>> & { readonly until?: number };
export type GetTurns = (asked: Asked) => Promise<v.InferOutput<typeof foundTurnsReply>>;

/** Finds the turns with an id of any kind: several bots may have got one message. None: there is no such turn. */
export const findTurns = async (
  getTurns: GetTurns,
  id: string,
  until: number | undefined,
): Promise<FoundTurns> => {
  let continueUntil: number | undefined;
  for (const name of idNames) {
    // Only the search by other ids has a range.
    const range = name === "turn" || until === undefined ? {} : { until };
    const reply = await getTurns({ [name]: id, ...range }).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    });
    if (reply && reply.turns.length > 0) return { turns: reply.turns, continueUntil: reply.continueUntil };
    if (reply?.continueUntil !== undefined) continueUntil = Math.max(continueUntil ?? 0, reply.continueUntil);
  }
  return { turns: [], continueUntil };
};
