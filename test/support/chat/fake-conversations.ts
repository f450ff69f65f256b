import type { ServerResponse } from "node:http";
import { fail, reply } from "./fake-reply.ts";

export interface FakeConversations {
  readonly addTurn: (name: string | null) => void;
  /** Answers GET and DELETE of one. */
  readonly answer: (method: string, name: string | null, response: ServerResponse) => void;
}

const dayMs = 86_400_000;

export const makeFakeConversations = (): FakeConversations => {
  const all = new Map<string | null, { readonly startedAt: number; readonly turns: number }>();
  return {
    addTurn: (name) => {
      const { startedAt, turns } = all.get(name) ?? { startedAt: Date.now(), turns: 0 };
      all.set(name, { startedAt, turns: turns + 1 });
    },
    answer: (method, name, response) => {
      const begun = all.get(name);
      if (method === "DELETE") {
        all.delete(name);
        reply(response, 200, { code: 200 });
      } else if (!begun) fail(response, 404, 404, "no such conversation");
      else {
        const expiresAt = begun.startedAt + dayMs;
        reply(response, 200, { code: 200, conversation: name, ...begun, expiresAt });
      }
    },
  };
};
