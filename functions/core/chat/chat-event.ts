import type { TruncationReason } from "#core/answer/answer.ts";
import type { AnswerFile, AnswerFileKind, AnswerSource, AnswerUsage } from "#core/answer/answer-facts.ts";
import { endingCodes } from "#core/answer/answer-sink.ts";
import type { InputForm } from "#core/answer/pause.ts";

/** Why an answer failed, as the client sees it. */
export const chatErrorCodes = [
  ...endingCodes,
  /** The process that sent the answer died. */
  "interrupted",
  /** The answer is too long to be replayed completely. */
  "replay_too_long",
  "internal",
] as const;
export type ChatErrorCode = (typeof chatErrorCodes)[number];

/** A file of an answer, as the client receives it. */
export interface ChatFile {
  readonly type: AnswerFileKind;
  readonly url: string;
  readonly name: string | null;
}

export const toChatFile = ({ kind: type, url, name }: AnswerFile): ChatFile => ({
  type,
  url,
  name: name ?? null,
});

/** The kinds of content that a client may take as events of their own, instead of in the text. */
export const chatParts = ["reasoning", "file"] as const;
export type ChatPart = (typeof chatParts)[number];

/** An event of a turn, as the client receives it. Order: a start; content; an end or an error. */
export type ChatEvent =
  | { readonly type: "start"; readonly turn: string; readonly conversation: string | null }
  | { readonly type: "delta"; readonly content: string }
  /** Replaces all previous text. */
  | {
      readonly type: "replace";
      readonly content: string;
      /** Set if reasoning and files so far are void too: the answer begins again. */
      readonly all?: true;
    }
  /** The next part of the reasoning. */
  | { readonly type: "reasoning"; readonly content: string }
  | { readonly type: "file"; readonly file: ChatFile }
  | {
      readonly type: "end";
      readonly stopped: boolean;
      /** Present if the answer continues after human input. */
      readonly paused?: true;
      /** The form, if the user may fill it in; `prompt` asks for it as text. */
      readonly form?: InputForm;
      readonly prompt?: string;
      /** Present if the answer is incomplete. */
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

/** Ends an answer that its process did not finish. */
export const interruptedEvent: ChatEvent = {
  type: "error",
  code: "interrupted",
  message: "the answer was interrupted, please ask again",
  retryable: true,
};

/**
 * A client's position in a turn. `attempt`: the run of the turn that the client received; a turn whose process died may
 * run again.
 */
export type ChatPosition =
  | { readonly attempt: number; readonly ended: true }
  | {
      readonly attempt: number;
      readonly ended: false;
      /** Number of replacements, and the length of the text since the last one, in UTF-16 code units. */
      readonly replacements: number;
      readonly characters: number;
      /** The length of all reasoning, and the number of all files, also of those that were replaced. */
      readonly thoughtCharacters: number;
      readonly files: number;
    };

/** The last two numbers are omitted if both are 0. */
const positionPattern = /^(\d{1,6})\.(?:(end)|(\d{1,6})\.(\d{1,12})(?:\.(\d{1,12})\.(\d{1,6}))?)$/;

/** Encodes a position as an event id, which is opaque to clients. */
export const writePosition = (position: ChatPosition): string => {
  const { attempt } = position;
  if (position.ended) return `${attempt}.end`;
  const { replacements, characters, thoughtCharacters, files } = position;
  const text = `${attempt}.${replacements}.${characters}`;
  return thoughtCharacters === 0 && files === 0 ? text : `${text}.${thoughtCharacters}.${files}`;
};

/** Decodes an event id; undefined if `writePosition` did not create it. */
export const readPosition = (text: string): ChatPosition | undefined => {
  const [, attempt, end, replacements, characters, thoughtCharacters = "0", files = "0"] =
    positionPattern.exec(text) ?? [];
  if (attempt === undefined) return undefined;
  if (end !== undefined) return { attempt: Number(attempt), ended: true };
  return {
    attempt: Number(attempt),
    ended: false,
    replacements: Number(replacements),
    characters: Number(characters),
    thoughtCharacters: Number(thoughtCharacters),
    files: Number(files),
  };
};

export const startOf = (attempt: number): ChatPosition => ({
  attempt,
  ended: false,
  replacements: 0,
  characters: 0,
  thoughtCharacters: 0,
  files: 0,
});

/** The client's position after receiving the event. */
export const positionAfter = (position: ChatPosition, event: ChatEvent): ChatPosition => {
  if (position.ended) return position;
  switch (event.type) {
    case "start":
      return position;
    case "delta":
      return { ...position, characters: position.characters + event.content.length };
    case "replace":
      return { ...position, replacements: position.replacements + 1, characters: event.content.length };
    case "reasoning":
      return { ...position, thoughtCharacters: position.thoughtCharacters + event.content.length };
    case "file":
      return { ...position, files: position.files + 1 };
    case "end":
    case "error":
      return { attempt: position.attempt, ended: true };
  }
};
