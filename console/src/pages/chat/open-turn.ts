import * as v from "valibot";

/** An answer that is being read, so that a reload of the page can continue it. */
const openTurn = v.object({ turn: v.string(), question: v.string() });
export type OpenTurn = v.InferOutput<typeof openTurn>;

export interface OpenTurnStore {
  readonly read: () => OpenTurn | undefined;
  readonly write: (turn: OpenTurn) => void;
  readonly clear: () => void;
}

/** Keeps the open answer of a conversation for as long as the browser's tab is open. */
export const makeOpenTurnStore = (key: string): OpenTurnStore => {
  const name = `bot-bridge.turn.${key}`;
  return {
    read: () => {
      const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), openTurn), sessionStorage.getItem(name));
      return parsed.success ? parsed.output : undefined;
    },
    write: (turn) => sessionStorage.setItem(name, JSON.stringify(turn)),
    clear: () => sessionStorage.removeItem(name),
  };
};
