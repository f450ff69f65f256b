import { type Answer, makeAnswer } from "./answer.ts";
import { BotError } from "./bot-error.ts";
import type {
  CallOptions,
  ChatOptions,
  HistoryOptions,
  InputOptions,
  ResumeOptions,
  UploadOptions,
} from "./bot-options.ts";
import type { CallRequest } from "./call.ts";
import { checkHeader, pathSegment } from "./check-argument.ts";
import { type Conversation, parseConversation } from "./conversation.ts";
import { makeFetchJson } from "./fetch-json.ts";
import type { FollowPorts, TurnProgress } from "./follow-turn.ts";
import { type HistoryPage, parseHistory, type Rating } from "./history.ts";
import type { FormInput } from "./input-form.ts";
import { parseUploaded, type Question, type QuestionFile } from "./question.ts";
import { withQuery } from "./with-query.ts";

/**
 * A bot, on behalf of the token's user. All calls throw BotError once retrying is of no use, and TypeError for what cannot be a
 * turn, key or position.
 */
export interface Bot {
  /** Asks the bot a question. It is sent when the answer is first read. */
  chat(question: string | Question, options?: ChatOptions): Answer;
  /**
   * Fills in the form of a paused answer. The result is the rest of the answer; the same input again gets the same rest.
   */
  input(turn: string, input: FormInput, options?: InputOptions): Answer;
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
  /** The latest messages of the named conversation, or of the default one; none if there is no conversation. */
  history(name?: string, options?: HistoryOptions): Promise<HistoryPage>;
  /** Sends a file to the bot's app. The result goes into the `files` of a question of the same user. */
  upload(file: Blob, options?: UploadOptions): Promise<QuestionFile>;
  /** Deletes the bot's memory of the conversation. */
  forget(name?: string, options?: CallOptions): Promise<void>;
}

export interface BotPorts extends FollowPorts {
  readonly newKey: () => string;
}

const noProgress = (): TurnProgress => ({ turn: undefined, lastEventId: undefined, requestId: undefined });
const done = (): true => true;

/** Bridges name the field: an unknown bot is a 404, too. */
const isWithoutConversation = (error: unknown): boolean =>
  error instanceof BotError && error.code === 404 && error.message.startsWith("conversation:");

/** The value, or another one if the bridge says that the conversation has not begun. */
const unlessNotBegun = async <T, U>(call: Promise<T>, missing: U): Promise<T | U> => {
  try {
    return await call;
  } catch (error) {
    if (isWithoutConversation(error)) return missing;
    throw error;
  }
};

export const makeBot = ({ newKey, ...ports }: BotPorts, userId: string): Bot => {
  const botPath = `/v1/bots/${pathSegment("userId", userId)}`;
  const turnPath = (turn: string, action: string): string =>
    `${botPath}/turns/${pathSegment("turn", turn)}/${action}`;
  const fetchJson = makeFetchJson(ports);
  const stop: Bot["stop"] = async (turn, { signal } = {}) => {
    await fetchJson({ method: "POST", path: turnPath(turn, "stop"), signal }, done);
  };
  const answerPorts = { ...ports, stopTurn: (turn: string) => stop(turn) };
  const newAnswer = (startRequest: CallRequest): Answer =>
    makeAnswer(answerPorts, {
      botPath,
      startRequest,
      progress: noProgress(),
      textSoFar: "",
      reasoningSoFar: "",
    });

  return {
    chat: (question, { signal, parts, idempotencyKey = newKey() } = {}) =>
      newAnswer({
        method: "POST",
        path: `${botPath}/chat`,
        headers: { "idempotency-key": checkHeader("idempotencyKey", idempotencyKey) },
        body: { ...(typeof question === "string" ? { content: question } : question), parts },
        signal,
      }),
    input: (turn, input, { signal, parts } = {}) =>
      newAnswer({ method: "POST", path: turnPath(turn, "input"), body: { ...input, parts }, signal }),
    resume: (turn, { signal, lastEventId, textSoFar = "", reasoningSoFar = "" } = {}) => {
      if (lastEventId !== undefined) checkHeader("lastEventId", lastEventId);
      return makeAnswer(answerPorts, {
        botPath,
        startRequest: { method: "GET", path: turnPath(turn, "events"), signal },
        progress: { ...noProgress(), turn, lastEventId },
        textSoFar,
        reasoningSoFar,
      });
    },
    stop,
    suggested: async (turn, { signal } = {}) =>
      fetchJson({ method: "GET", path: turnPath(turn, "suggested"), signal }, ({ suggested }) =>
        Array.isArray(suggested) ? suggested.filter((each) => typeof each === "string") : [],
      ),
    feedback: async (turn, rating, note, { signal } = {}) => {
      const body = { rating, content: note };
      await fetchJson({ method: "POST", path: turnPath(turn, "feedback"), body, signal }, done);
    },
    conversation: (name, { signal } = {}) => {
      const path = withQuery(`${botPath}/conversation`, { conversation: name });
      return unlessNotBegun(fetchJson({ method: "GET", path, signal }, parseConversation), undefined);
    },
    history: (name, { limit, before, signal } = {}) => {
      const query = { conversation: name, limit, before };
      const path = withQuery(`${botPath}/conversation/messages`, query);
      const none: HistoryPage = { messages: [], hasMore: false };
      return unlessNotBegun(fetchJson({ method: "GET", path, signal }, parseHistory), none);
    },
    upload: (file, { name, integration, signal } = {}) => {
      const form = new FormData();
      if (name === undefined) form.append("file", file);
      else form.append("file", file, name);
      const path = withQuery(`${botPath}/files`, { integration });
      return fetchJson({ method: "POST", path, form, signal }, parseUploaded);
    },
    forget: async (name, { signal } = {}) => {
      const path = withQuery(`${botPath}/conversation`, { conversation: name });
      await fetchJson({ method: "DELETE", path, signal }, done);
    },
  };
};
