import type { ServerResponse } from "node:http";
import { reply } from "./fake-reply.ts";

export interface FakeTokens {
  /** The token's user; undefined for an invalid token. */
  readonly userOf: (token: string) => string | undefined;
  /** Answers the app's own calls under /user. */
  readonly answer: (path: string, form: URLSearchParams, response: ServerResponse) => void;
}

export const makeFakeTokens = (): FakeTokens => {
  const users = new Map<string, string>();
  let given = 0;
  return {
    userOf: (token) => users.get(token),
    answer: (path, form, response) => {
      const userId = form.get("userId") ?? "";
      if (path === "/user/token/expire.json") {
        for (const [token, user] of users) if (user === userId) users.delete(token);
        reply(response, 200, { code: 200 });
      } else {
        given += 1;
        const token = `token-${given}`;
        users.set(token, userId);
        reply(response, 200, { code: 200, userId, token });
      }
    },
  };
};
