import type { ServerResponse } from "node:http";
import * as v from "valibot";
import { fail, reply } from "./fake-reply.ts";
import type { FakeTurn } from "./fake-turn.ts";

export interface FakeMessage {
  readonly turn: FakeTurn;
  readonly question: string;
}

export interface FakeConversations {
  readonly addTurn: (userId: string, name: string | null, message: FakeMessage) => void;
  readonly rate: (turn: string, rating: string | null) => void;
  /** Answers GET and DELETE of a conversation. */
  readonly answer: (method: string, userId: string, name: string | null, response: ServerResponse) => void;
  /** Answers GET of a conversation's messages. */
  readonly history: (userId: string, query: URLSearchParams, response: ServerResponse) => void;
}

interface Begun {
  readonly startedAt: number;
  readonly messages: readonly (FakeMessage & { readonly askedAt: number })[];
}

const dayMs = 86_400_000;

const keyOf = (userId: string, name: string | null): string => JSON.stringify([userId, name]);

const historyQuery = v.strictObject({
  conversation: v.optional(v.string()),
  limit: v.optional(v.pipe(v.string(), v.toNumber(), v.minValue(1), v.maxValue(100)), "20"),
  before: v.optional(v.string()),
});

export const makeFakeConversations = (): FakeConversations => {
  const all = new Map<string, Begun>();
  const ratings = new Map<string, string | null>();
  return {
    addTurn: (userId, name, message) => {
      const key = keyOf(userId, name);
      const { startedAt, messages } = all.get(key) ?? { startedAt: Date.now(), messages: [] };
      all.set(key, { startedAt, messages: [...messages, { ...message, askedAt: Date.now() }] });
    },
    rate: (turn, rating) => void ratings.set(turn, rating),
    answer: (method, userId, name, response) => {
      const key = keyOf(userId, name);
      const begun = all.get(key);
      if (method === "DELETE") {
        all.delete(key);
        reply(response, 200, { code: 200 });
      } else if (!begun) fail(response, 404, 404, "conversation: not found or expired");
      else {
        const { startedAt, messages } = begun;
        const expiresAt = startedAt + dayMs;
        reply(response, 200, { code: 200, conversation: name, startedAt, expiresAt, turns: messages.length });
      }
    },
    history: (userId, query, response) => {
      const parsed = v.safeParse(historyQuery, Object.fromEntries(query));
      if (!parsed.success) return fail(response, 400, 1002, "query: not understood");
      const { conversation = null, limit, before } = parsed.output;
      const begun = all.get(keyOf(userId, conversation));
      if (!begun) return fail(response, 404, 404, "conversation: not found or expired");
      const messages = begun.messages.map(({ turn, question, askedAt }) => ({
        id: `message-of-${turn.id}`,
        turn: turn.id,
        question,
        answer: turn.text(),
        askedAt,
        rating: ratings.get(turn.id) ?? null,
        files: [],
      }));
      const end = before === undefined ? messages.length : messages.findIndex(({ id }) => id === before);
      const start = Math.max(0, end - limit);
      return reply(response, 200, { messages: messages.slice(start, end), hasMore: start > 0 });
    },
  };
};
