import { profileQuerySchema, profileSchema, userSchema } from "../../functions/user-token/user-schema.ts";
import { tokenExpiry } from "../named-schemas.ts";
import type { Operation } from "../operation.ts";
import { done, userProfile, userToken } from "../reply-schemas.ts";

export const userOperations: readonly Operation[] = [
  {
    id: "getToken",
    method: "post",
    path: "/user/getToken.json",
    tag: "Users",
    caller: "app-server",
    summary: "Issue a user token",
    description:
      "Issues a token with which the user's client calls the operations under Chat, for all bots of the app or only for `bots`. It expires after 24 hours (setting `userTokenHours`).",
    success: "The token.",
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
    id: "revokeTokens",
    method: "post",
    path: "/user/token/expire.json",
    tag: "Users",
    caller: "app-server",
    summary: "Revoke user tokens",
    description:
      "Revokes the users' tokens that were issued before `time`. Running turns continue. A deployment in front of RongCloud also revokes RongCloud's tokens; if RongCloud refuses, the tokens of this service are revoked nevertheless.",
    success: "The tokens were revoked.",
    body: {
      contentType: "application/x-www-form-urlencoded",
      schema: tokenExpiry,
      example: { userId: ["user-001"], time: "1767225600000" },
    },
    proxied: true,
    reply: { schema: done, example: { code: 200 } },
  },
  {
    id: "getUser",
    method: "post",
    path: "/user/info.json",
    tag: "Users",
    caller: "app-server",
    summary: "Get a user's profile",
    description:
      "Returns the name and picture of a user, which came with a token or a refresh, or of a bot. They are forgotten 32 days after the last token or refresh. A user who is not known has empty fields. A deployment in front of RongCloud forwards the call to it.",
    success: "The profile.",
    body: {
      contentType: "application/x-www-form-urlencoded",
      schema: profileQuerySchema,
      example: { userId: "user-001" },
    },
    proxied: true,
    reply: {
      schema: userProfile,
      example: { code: 200, userName: "Ann", userPortrait: "", createTime: "2026-01-01 00:00:00" },
    },
  },
  {
    id: "refreshUser",
    method: "post",
    path: "/user/refresh.json",
    tag: "Users",
    caller: "app-server",
    summary: "Change a user's profile",
    description:
      "Changes the name and picture of a user. Bots are changed with `/v3/bot/update.json`. A deployment in front of RongCloud forwards the call to it.",
    success: "The profile was changed.",
    body: {
      contentType: "application/x-www-form-urlencoded",
      schema: profileSchema,
      example: { userId: "user-001", name: "Ann" },
    },
    proxied: true,
    reply: { schema: done, example: { code: 200 } },
  },
];
