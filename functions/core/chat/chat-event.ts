import type { AnswerSource, AnswerUsage } from "#core/answer/answer-facts.ts";
import type { EndingCode } from "#core/answer/answer-sink.ts";

/** What went wrong with an answer, as its client is told. */
export type ChatErrorCode =
  | EndingCode
  /** The machine that brought it has died. */
  | "interrupted"
  /** It was longer than what is kept of one. */
  | "replay_too_long"
  | "internal";

/** What a client hears of a turn, in this order: a start, text, an end or an error. */
export type ChatEvent =
  | { readonly type: "start"; readonly turn: string; readonly conversation: string | null }
  | { readonly type: "delta"; readonly content: string }
  /** In the place of all text before it. */
  | { readonly type: "replace"; readonly content: string }
  | {
      readonly type: "end";
      readonly stopped: boolean;
      /** Present where the app waits for a person. */
      readonly paused?: true;
      readonly usage: AnswerUsage | null;
      readonly sources: readonly AnswerSource[];
    }
  | {
      readonly type: "error";
      readonly code: ChatErrorCode;
      readonly message: string;
      readonly retryable: boolean;
    };

/** Where a client has got to. `attempt`: which run of the turn it heard; a turn whose machine died may run again. */
export type ChatPosition =
  | { readonly attempt: number; readonly ended: true }
  | {
      readonly attempt: number;
      readonly ended: false;
      /** How often all text was replaced, and how much of it there is since, in UTF-16 code units. */
      readonly replacements: number;
      readonly characters: number;
    };

const written = /^(\d{1,6})\.(?:(end)|(\d{1,6})\.(\d{1,12}))$/;

/** As an event's id; clients send it back without reading it. */
export const writePosition = (position: ChatPosition): string =>
  position.ended
    ? `${position.attempt}.end`
    : `${position.attempt}.${position.replacements}.${position.characters}`;

/** Undefined for what we never wrote. */
export const readPosition = (text: string): ChatPosition | undefined => {
  const [, attempt, end, replacements, characters] = written.exec(text) ?? [];
  if (attempt === undefined) return undefined;
  if (end !== undefined) return { attempt: Number(attempt), ended: true };
  return {
    attempt: Number(attempt),
    ended: false,
    replacements: Number(replacements),
    characters: Number(characters),
  };
};

export const startOf = (attempt: number): ChatPosition => ({
  attempt,
  ended: false,
  replacements: 0,
  characters: 0,
});

/** Where a client is once it has heard the event. */
export const positionAfter = (position: ChatPosition, event: ChatEvent): ChatPosition => {
  if (position.ended) return position;
  switch (event.type) {
    case "start":
      return position;
    case "delta":
      return { ...position, characters: position.characters + event.content.length };
    case "replace":
      return { ...position, replacements: position.replacements + 1, characters: event.content.length };
    case "end":
    case "error":
      return { attempt: position.attempt, ended: true };
  }
};
