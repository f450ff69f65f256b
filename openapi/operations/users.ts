import { userSchema } from "../../functions/user-token/user-schema.ts";
import type { Operation } from "../operation.ts";
import { userToken } from "../replies.ts";

export const userOperations: readonly Operation[] = [
  {
    id: "getToken",
    method: "post",
    path: "/user/getToken.json",
    tag: "Users",
    signed: "call",
    summary: "Gives a token for a user",
    description: "The token is this user's of this app, and expires after 24 hours.",
    body: {
      as: "application/x-www-form-urlencoded",
      schema: userSchema,
      example: { userId: "user-001", name: "Ann" },
    },
    passedOn: true,
    reply: {
      schema: userToken,
      example: { code: 200, userId: "user-001", token: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyLTAwMSJ9.…" },
    },
  },
];
