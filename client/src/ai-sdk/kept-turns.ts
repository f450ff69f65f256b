import { parseJsonObject } from "../json.ts";
import { areParts } from "./filled-form.ts";
import type { BotMessageParts } from "./ui-message.ts";

/** The part of the Web Storage API that the transport uses. */
export type TurnStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** What a page needs to resume a chat's answer after a reload. */
export interface KeptTurn {
  readonly turn: string;
  /** The message's parts of earlier runs: the bridge repeats only the latest. */
  readonly earlier: BotMessageParts;
}

/** The turn that each chat may resume. */
export interface KeptTurns {
  of(chatId: string): KeptTurn | undefined;
  keep(chatId: string, kept: KeptTurn): void;
  /** Forgets the chat's turn if it is this one; omitted: whichever it is. */
  forget(chatId: string, turn?: string): void;
}

const keyOf = (chatId: string): string => `bot-bridge:${chatId}`;

/** Storage can be forbidden, absent or full. A chat works without it, but is not resumed. */
const orNothing = <T>(access: () => T): T | undefined => {
  try {
    return access();
  } catch {
    return undefined;
  }
};

export const makeKeptTurns = (storage: () => TurnStorage | undefined): KeptTurns => {
  const of = (chatId: string): KeptTurn | undefined => {
    const text = orNothing(() => storage()?.getItem(keyOf(chatId)));
    const { turn, earlier } = parseJsonObject(text ?? "") ?? {};
    return typeof turn === "string" && areParts(earlier) ? { turn, earlier } : undefined;
  };
  const forget: KeptTurns["forget"] = (chatId, turn) => {
    if (turn !== undefined && of(chatId)?.turn !== turn) return;
    orNothing(() => storage()?.removeItem(keyOf(chatId)));
  };
  return {
    of,
    forget,
    keep: (chatId, kept) => {
      forget(chatId);
      orNothing(() => storage()?.setItem(keyOf(chatId), JSON.stringify(kept)));
    },
  };
};
