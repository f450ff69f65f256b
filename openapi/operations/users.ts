import { userSchema } from "../../functions/user-token/user-schema.ts";
import { tokenExpiry } from "../named-schemas.ts";
import type { Operation } from "../operation.ts";
import { done, userToken } from "../replies.ts";

export const userOperations: readonly Operation[] = [
  {
    id: "getToken",
    method: "post",
    path: "/user/getToken.json",
    tag: "Users",
    caller: "app-server",
    summary: "Gives a token for a user",
    description:
      "The token is this user's of this app, for all of its bots or for those that are named, and expires: after 24 hours, unless set otherwise.",
    body: {
      contentType: "application/x-www-form-urlencoded",
      schema: userSchema,
      example: { userId: "user-001", name: "Ann" },
    },
    proxied: true,
    reply: {
      schema: userToken,
      example: { code: 200, userId: "user-001", token: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyLTAwMSJ9.…" },
    },
  },
  {
    id: "expireTokens",
    method: "post",
    path: "/user/token/expire.json",
    tag: "Users",
    caller: "app-server",
    summary: "Revokes the tokens of users that were given before a time",
    description:
      "They let nobody in any more; a turn that runs goes on. Before a real RongCloud its own tokens are revoked too; where it refuses, ours are revoked all the same.",
    body: {
      contentType: "application/x-www-form-urlencoded",
      schema: tokenExpiry,
      example: { userId: ["user-001"], time: "1767225600000" },
    },
    proxied: true,
    reply: { schema: done, example: { code: 200 } },
  },
];
