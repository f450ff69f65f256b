import { describe, expect, test } from "@jest/globals";
import {
  type ImUsers,
  makeExpireUserTokens,
  makeIssueUserToken,
  type TokenApp,
} from "#core/chat/user-tokens.ts";
import type { ForwardedCall, ImReply } from "#core/intake/forward-call.ts";

const app: TokenApp = { appKey: "app-one", token: "im" };
const user = { userId: "u7", bots: undefined, name: "Ann", portraitUri: undefined };
const callTo = (path: string): ForwardedCall => ({
  appKey: app.appKey,
  method: "POST",
  path,
  contentType: "application/x-www-form-urlencoded",
  body: "userId=u7",
  requestId: undefined,
});
const refusal: ImReply = { status: 400, contentType: "application/json", body: "{}" };

/** Records what happens at the IM and here, in order. */
const setUp = ({ isAtIm = true, fault }: { isAtIm?: boolean; fault?: string } = {}) => {
  const seen: string[] = [];
  const step = async (name: string): Promise<void> => {
    // Whatever does not wait for this step is recorded before it.
    await Promise.resolve();
    if (name === fault) throw new Error(`no ${name}`);
    seen.push(name);
  };
  const imUsers: ImUsers = {
    register: async () => {
      await step("register");
      return { status: "registered", token: "theirs", fields: { code: 200, token: "theirs" } };
    },
    revokeTokens: async () => {
      await step("revoke at the IM");
      return refusal;
    },
  };
  const ports = { imUsers: isAtIm ? imUsers : undefined };
  const issue = makeIssueUserToken({
    signUserToken: async (_app, { userId }) => {
      await step("sign");
      return `token of ${userId}`;
    },
    profiles: { save: ({ userId }) => step(`save ${userId}`) },
    ...ports,
  });
  const expire = makeExpireUserTokens({
    revocations: { revoke: ({ userId }, before) => step(`revoke ${userId} before ${before}`) },
    ...ports,
  });
  return {
    seen,
    issue: () => issue(app, user, callTo("/user/getToken.json")),
    expire: () => expire(["u7", "u8"], 5, callTo("/user/token/expire.json")),
  };
};

describe("a user whose token cannot be signed", () => {
  test.each([true, false])("is not registered anywhere, with a real IM: %s", async (isAtIm) => {
    const { seen, issue } = setUp({ isAtIm, fault: "sign" });
    await expect(issue()).rejects.toThrow("no sign");
    expect(seen).toEqual([]);
  });
});

describe("tokens", () => {
  test("are revoked here before the IM is called", async () => {
    const { seen, expire } = setUp();
    expect(await expire()).toEqual(refusal);
    expect(seen).toEqual(["revoke u7 before 5", "revoke u8 before 5", "revoke at the IM"]);
  });

  test("that cannot be revoked here are not revoked at the IM either: the call may be repeated", async () => {
    const { seen, expire } = setUp({ fault: "revoke u8 before 5" });
    await expect(expire()).rejects.toThrow("no revoke u8 before 5");
    expect(seen).toEqual(["revoke u7 before 5"]);
  });
});
