import { type Answer, makeAnswer } from "./answer.ts";
import type { CallRequest } from "./call.ts";
import { type Conversation, parseConversation } from "./conversation.ts";
import { isStatus, makeFetchJson } from "./fetch-json.ts";
import type { FollowPorts } from "./follow-turn.ts";
import type { FormInput } from "./input-form.ts";
import type { Question } from "./question.ts";

export interface ChatOptions {
  /** Stops reading, but not the turn. */
  readonly signal?: AbortSignal | undefined;
  /** 1 to 64 visible ASCII characters. The same key and question are the same turn. Default: random. */
  readonly idempotencyKey?: string | undefined;
}

export interface ResumeOptions {
  /** Stops reading, but not the turn. */
  readonly signal?: AbortSignal | undefined;
  /** An answer's `lastEventId`: only later events are sent. Omitted: all events. */
  readonly lastEventId?: string | undefined;
  /** The text up to that event, so that the events' `text` is complete. */
  readonly textSoFar?: string | undefined;
}

export type Rating = "like" | "dislike" | null;

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** A bot, on behalf of the token's user. All calls throw BotError once retrying is no use. */
export interface Bot {
  /** Asks the bot a question. It is sent when the answer is first read. */
  chat(question: string | Question, options?: ChatOptions): Answer;
  /**
   * Fills in the form of a paused answer. The result is the rest of the answer; the same input again gets the same rest.
   */
  input(turn: string, input: FormInput, options?: CallOptions): Answer;
  /** Continues an answer, also from another page or process, until ten minutes after its end. */
  resume(turn: string, options?: ResumeOptions): Answer;
  /** Asks the bot to stop an answer. The text so far remains. */
  stop(turn: string, options?: CallOptions): Promise<void>;
  /** Questions that the user might ask next; empty if the bot's app suggests none. */
  suggested(turn: string, options?: CallOptions): Promise<string[]>;
  /** Rates an answer; null removes the rating. */
  feedback(turn: string, rating: Rating, note?: string, options?: CallOptions): Promise<void>;
  /** The named conversation, or the default one; undefined if there is none. */
  conversation(name?: string, options?: CallOptions): Promise<Conversation | undefined>;
  /** Deletes the bot's memory of the conversation. */
  forget(name?: string, options?: CallOptions): Promise<void>;
}

export interface BotPorts extends FollowPorts {
  readonly newKey: () => string;
}

const withName = (path: string, name: string | undefined): string =>
  name === undefined ? path : `${path}?conversation=${encodeURIComponent(name)}`;

export const makeBot = ({ newKey, ...ports }: BotPorts, userId: string): Bot => {
  const botPath = `/v1/bots/${encodeURIComponent(userId)}`;
  const turnPath = (turn: string, action: string): string =>
    `${botPath}/turns/${encodeURIComponent(turn)}/${action}`;
  const fetchJson = makeFetchJson(ports);
  const stop: Bot["stop"] = async (turn, { signal } = {}) => {
    await fetchJson({ method: "POST", path: turnPath(turn, "stop"), signal });
  };
  const answerPorts = { ...ports, stopTurn: (turn: string) => stop(turn) };

  return {
    chat: (question, { signal, idempotencyKey = newKey() } = {}) => {
      const startRequest: CallRequest = {
        method: "POST",
        path: `${botPath}/chat`,
        headers: { "idempotency-key": idempotencyKey },
        body: typeof question === "string" ? { content: question } : question,
        signal,
      };
      const progress = { turn: undefined, lastEventId: undefined };
      return makeAnswer(answerPorts, { botPath, startRequest, progress, textSoFar: "" });
    },
    input: (turn, input, { signal } = {}) => {
      const path = turnPath(turn, "input");
      const startRequest: CallRequest = { method: "POST", path, body: input, signal };
      const progress = { turn: undefined, lastEventId: undefined };
      return makeAnswer(answerPorts, { botPath, startRequest, progress, textSoFar: "" });
    },
    resume: (turn, { signal, lastEventId, textSoFar = "" } = {}) => {
      const startRequest: CallRequest = { method: "GET", path: turnPath(turn, "events"), signal };
      return makeAnswer(answerPorts, { botPath, startRequest, progress: { turn, lastEventId }, textSoFar });
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
