import type { TruncationReason } from "#core/answer/answer.ts";
import type { AnswerSource, AnswerUsage } from "#core/answer/answer-facts.ts";
import { endingCodes } from "#core/answer/answer-sink.ts";

/** Why an answer failed, as its client sees it. */
export const chatErrorCodes = [
  ...endingCodes,
  /** The process that sent it has died. */
  "interrupted",
  /** It is longer than what is kept of an answer for replay. */
  "replay_too_long",
  "internal",
] as const;
export type ChatErrorCode = (typeof chatErrorCodes)[number];

/** A turn's events as its client receives them, in this order: a start, text, an end or an error. */
export type ChatEvent =
  | { readonly type: "start"; readonly turn: string; readonly conversation: string | null }
  | { readonly type: "delta"; readonly content: string }
  /** Replaces all text before it. */
  | { readonly type: "replace"; readonly content: string }
  | {
      readonly type: "end";
      readonly stopped: boolean;
      /** Present where the answer goes on once a person has decided. */
      readonly paused?: true;
      /** Present where the model ended before it had said all. */
      readonly truncated?: TruncationReason;
      readonly usage: AnswerUsage | null;
      readonly sources: readonly AnswerSource[];
    }
  | {
      readonly type: "error";
      readonly code: ChatErrorCode;
      readonly message: string;
      readonly retryable: boolean;
    };

/** Ends an answer that its process left unfinished. */
export const interruptedEvent: ChatEvent = {
  type: "error",
  code: "interrupted",
  message: "the answer was interrupted, please ask again",
  retryable: true,
};

/** A client's position in a turn. `attempt`: the run of the turn that it received; a turn whose process died may run again. */
export type ChatPosition =
  | { readonly attempt: number; readonly ended: true }
  | {
      readonly attempt: number;
      readonly ended: false;
      /** How often all text was replaced, and its length since then, in UTF-16 code units. */
      readonly replacements: number;
      readonly characters: number;
    };

const written = /^(\d{1,6})\.(?:(end)|(\d{1,6})\.(\d{1,12}))$/;

/** A position as an event's id, which is opaque to clients. */
export const writePosition = (position: ChatPosition): string =>
  position.ended
    ? `${position.attempt}.end`
    : `${position.attempt}.${position.replacements}.${position.characters}`;

/** Undefined for an id that `writePosition` never wrote. */
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

/** A client's position after it has received the event. */
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
