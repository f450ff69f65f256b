import { type Answer, makeAnswer } from "./answer.ts";
import type { CallRequest } from "./call.ts";
import { type Conversation, parseConversation } from "./conversation.ts";
import { isStatus, makeFetchJson } from "./fetch-json.ts";
import type { FollowPorts } from "./follow-turn.ts";
import type { Question } from "./question.ts";

export interface ChatOptions {
  /** Ends the reading, not the turn. */
  readonly signal?: AbortSignal | undefined;
  /** 1 to 64 visible ASCII characters: the same key and question are the same turn. Random unless given. */
  readonly idempotencyKey?: string | undefined;
}

export interface ResumeOptions {
  /** Ends the reading, not the turn. */
  readonly signal?: AbortSignal | undefined;
  /** An answer's `lastEventId`: only what came after it is given. Without it, all from the beginning. */
  readonly lastEventId?: string | undefined;
  /** The text up to there, for the events' `text` to be whole. */
  readonly textSoFar?: string | undefined;
}

export type Rating = "like" | "dislike" | null;

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** One bot, as the token's user meets it. All calls throw BotError, once trying again is no use. */
export interface Bot {
  chat(question: string | Question, options?: ChatOptions): Answer;
  /** Reads on where an answer was left, by another page or process too, for ten minutes after its end. */
  resume(turn: string, options?: ResumeOptions): Answer;
  stop(turn: string, options?: CallOptions): Promise<void>;
  /** Questions that the user might ask next; none where the bot's app suggests none. */
  suggested(turn: string, options?: CallOptions): Promise<string[]>;
  /** What the user thinks of an answer; null takes it back. */
  feedback(turn: string, rating: Rating, note?: string, options?: CallOptions): Promise<void>;
  /** The conversation so named, or the default one; undefined where there is none. */
  conversation(name?: string, options?: CallOptions): Promise<Conversation | undefined>;
  /** The bot forgets what was said in it. */
  forget(name?: string, options?: CallOptions): Promise<void>;
}

export interface BotPorts extends FollowPorts {
  readonly newKey: () => string;
}

const withName = (path: string, name: string | undefined): string =>
  name === undefined ? path : `${path}?conversation=${encodeURIComponent(name)}`;

export const makeBot = ({ newKey, ...ports }: BotPorts, userId: string): Bot => {
  const botPath = `/v1/bots/${encodeURIComponent(userId)}`;
  const turnPath = (turn: string, last: string): string =>
    `${botPath}/turns/${encodeURIComponent(turn)}/${last}`;
  const fetchJson = makeFetchJson(ports);
  const stop: Bot["stop"] = async (turn, { signal } = {}) => {
    await fetchJson({ method: "POST", path: turnPath(turn, "stop"), signal });
  };
  const answerPorts = { ...ports, stopTurn: (turn: string) => stop(turn) };

  return {
    chat: (question, { signal, idempotencyKey = newKey() } = {}) => {
      const ask: CallRequest = {
        method: "POST",
        path: `${botPath}/chat`,
        headers: { "idempotency-key": idempotencyKey },
        body: typeof question === "string" ? { content: question } : question,
        signal,
      };
      const progress = { turn: undefined, lastEventId: undefined };
      return makeAnswer(answerPorts, { botPath, ask, progress, textSoFar: "" });
    },
    resume: (turn, { signal, lastEventId, textSoFar = "" } = {}) => {
      const ask: CallRequest = { method: "GET", path: turnPath(turn, "events"), signal };
      return makeAnswer(answerPorts, { botPath, ask, progress: { turn, lastEventId }, textSoFar });
    },
    stop,
    suggested: async (turn, { signal } = {}) => {
      const { suggested } = await fetchJson({ method: "GET", path: turnPath(turn, "suggested"), signal });
      return Array.isArray(suggested) ? suggested.filter((each) => typeof each === "string") : [];
    },
    feedback: async (turn, rating, note, { signal } = {}) => {
      const body = { rating, content: note };
      await fetchJson({ method: "POST", path: turnPath(turn, "feedback"), body, signal });
    },
    conversation: async (name, { signal } = {}) => {
      const path = withName(`${botPath}/conversation`, name);
      try {
        return parseConversation(await fetchJson({ method: "GET", path, signal }));
      } catch (error) {
        if (isStatus(error, 404)) return undefined;
        throw error;
      }
    },
    forget: async (name, { signal } = {}) => {
      await fetchJson({ method: "DELETE", path: withName(`${botPath}/conversation`, name), signal });
    },
  };
};
