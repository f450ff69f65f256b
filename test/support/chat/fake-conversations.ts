import type { ServerResponse } from "node:http";
import { fail, reply } from "./fake-reply.ts";

export interface FakeConversations {
  readonly addTurn: (userId: string, name: string | null) => void;
  /** Answers GET and DELETE of a conversation. */
  readonly answer: (method: string, userId: string, name: string | null, response: ServerResponse) => void;
}

const dayMs = 86_400_000;

const keyOf = (userId: string, name: string | null): string => JSON.stringify([userId, name]);

export const makeFakeConversations = (): FakeConversations => {
  const all = new Map<string, { readonly startedAt: number; readonly turns: number }>();
  return {
    addTurn: (userId, name) => {
      const key = keyOf(userId, name);
      const { startedAt, turns } = all.get(key) ?? { startedAt: Date.now(), turns: 0 };
      all.set(key, { startedAt, turns: turns + 1 });
    },
    answer: (method, userId, name, response) => {
      const key = keyOf(userId, name);
      const begun = all.get(key);
      if (method === "DELETE") {
        all.delete(key);
        reply(response, 200, { code: 200 });
      } else if (!begun) fail(response, 404, 404, "no such conversation");
      else {
        const expiresAt = begun.startedAt + dayMs;
        reply(response, 200, { code: 200, conversation: name, ...begun, expiresAt });
      }
    },
  };
};
