import * as v from "valibot";
import { describeAnswer, makeSend, type Send, signedBy } from "../doctor/send.ts";
import type { StoryFilter } from "./find-stories.ts";
import { type TurnOfReply, turnsReply } from "./turn-lines.ts";

export interface TurnsOfApp {
  /** Of the API, without a slash at its end. */
  readonly url: string;
  readonly appKey: string;
  readonly secret: string;
  readonly user: string | undefined;
  readonly send?: Send;
}

const pageSize = 100;
/** By each id, or of a user: 2,000 turns at least, more than anyone reads in a terminal. */
const maxCalls = 20;

export interface ReadTurns {
  readonly turns: readonly TurnOfReply[];
  /** There may be more turns, accepted before this time, in milliseconds since the epoch. */
  readonly notReadBefore: number | undefined;
}

const queries = ({ user }: TurnsOfApp, { id }: Pick<StoryFilter, "id">) => {
  const whose = user === undefined ? {} : { fromUserId: user };
  return id === undefined
    ? [{ path: "/v3/turn/query.json", asked: { ...whose, pageSize } }]
    : ["msgUID", "requestId"].map((name) => ({ path: "/v3/turn/get.json", asked: { ...whose, [name]: id } }));
};

/**
 * Asks a bridge for the turns that its table keeps.
 * @throws Error with a one-line message for the terminal.
 */
export const readTurns = async (app: TurnsOfApp, filter: StoryFilter): Promise<ReadTurns> => {
  const { url, appKey, secret, send = makeSend(false) } = app;
  const found: TurnOfReply[] = [];
  let notReadBefore: number | undefined;
  for (const { path, asked } of queries(app, filter)) {
    let until = filter.until + 1;
    for (let call = 0; call < maxCalls; call += 1) {
      const body = JSON.stringify({ ...asked, since: filter.since, until });
      const answer = await send({ url: url + path, headers: signedBy(appKey, secret), body });
      if (answer.status === 404) break;
      if (answer.status !== 200) throw new Error(`${path}: ${describeAnswer(answer)}`);
      const { turns, hasNext, continueUntil } = v.parse(turnsReply, answer.text);
      found.push(...turns);
      const oldest = turns.at(-1)?.acceptedAt;
      // The last page's oldest time is asked for again: others may have the same.
      const next = continueUntil ?? (hasNext && oldest !== undefined ? oldest + 1 : undefined);
      if (next === undefined || next >= until) break;
      until = next;
      if (call === maxCalls - 1) notReadBefore = Math.max(notReadBefore ?? 0, next);
    }
  }
  return { turns: [...new Map(found.map((turn) => [turn.turn, turn])).values()], notReadBefore };
};
