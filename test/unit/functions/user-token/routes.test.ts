import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { makeSignedApi } from "#adapters/api-gateway/signed-api.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { makeImUsers } from "#adapters/rongcloud/im-users.ts";
import { makeSignUserToken } from "#adapters/secrets/sign-user-token.ts";
import { makeVerifyUserToken } from "#adapters/secrets/verify-user-token.ts";
import type { GuardedUser } from "#core/chat/user-guard.ts";
import type { ProfileChanges } from "#core/chat/user-profile.ts";
import { makeExpireUserTokens, makeIssueUserToken } from "#core/chat/user-tokens.ts";
import type { ForwardCall } from "#core/intake/forward-call.ts";
import { makeTokenRoutes } from "../../../../functions/user-token/routes.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { lambdaContext, proxyEvent } from "../../adapters/api-gateway/proxy-event.ts";
import { type Answer, answerWith, isSigned, withRongCloud } from "../../adapters/rongcloud/rongcloud.ts";
import { app, appsOf } from "../../adapters/secrets/apps.ts";
import { expectRefusal, formCases, words } from "../any-body.ts";

const ours = app();

const lifeMs = 60 * 60 * 1000;

/** The reply to a call, the revocations, and the profiles that were saved. */
const call = async (path: string, form: string | Buffer, forwardCall?: ForwardCall, caller = ours) => {
  const log = makeMemoryLog();
  const revoked: (GuardedUser & { readonly before: number })[] = [];
  const saved: (GuardedUser & ProfileChanges)[] = [];
  const imUsers = forwardCall && makeImUsers(forwardCall);
  const routes = makeTokenRoutes({
    issueUserToken: makeIssueUserToken({
      signUserToken: makeSignUserToken({ clock, lifeMs }),
      profiles: { save: async (user, changes) => void saved.push({ ...user, ...changes }) },
      imUsers,
    }),
    expireUserTokens: makeExpireUserTokens({
      revocations: { revoke: async (user, before) => void revoked.push({ ...user, before }) },
      imUsers,
    }),
    clock,
  });
  const handler = makeSignedApi({ verifyCall: async () => caller, log }, routes);
  const { statusCode, headers, body } = await handler(
    proxyEvent({ path, body: Buffer.from(form).toString("base64"), isBase64Encoded: true }),
    lambdaContext,
  );
  return { status: statusCode, headers, text: body, body: JSON.parse(body), log: log.lines, revoked, saved };
};
const askFor = (form: string, forwardCall?: ForwardCall, caller = ours) =>
  call("/user/getToken.json", form, forwardCall, caller);
const expire = (form: string, forwardCall?: ForwardCall) =>
  call("/user/token/expire.json", form, forwardCall);

const verify = makeVerifyUserToken({ apps: appsOf(ours), clock });
/** The user of a token of ours. */
const userOf = async (token: unknown): Promise<string> => (await verify(`Bearer ${token}`)).userId;
const botsOf = async (token: unknown) => (await verify(`Bearer ${token}`)).bots;

const json = (status: number, body: object): Answer =>
  answerWith(status, "application/json;charset=utf-8", JSON.stringify(body));
const theirs = { code: 200, userId: "u7", token: "their-token@cn.rongnav.com", expires: 0 };

describe("stand-alone, a user", () => {
  test("gets a token of the bridge's own, for that user", async () => {
    const { status, body } = await askFor("userId=u7&name=Ann&portraitUri=");
    expect({ status, body }).toEqual({
      status: 200,
      body: { code: 200, userId: "u7", token: expect.any(String) },
    });
    expect(await userOf(body.token)).toBe("u7");
  });

  test("is registered with the name and picture that were sent, and with no others", async () => {
    const { saved } = await askFor("userId=u7&name=Ann&portraitUri=https%3A%2F%2Fexample.com%2Fa.png");
    const ann = { name: "Ann", portraitUri: "https://example.com/a.png" };
    expect(saved).toEqual([{ appKey: "app-one", userId: "u7", ...ann }]);
    const unnamed = { name: undefined, portraitUri: undefined };
    expect((await askFor("userId=u7")).saved).toEqual([{ appKey: "app-one", userId: "u7", ...unnamed }]);
  });

  test("gets a token that is bound to the named bots, each once", async () => {
    const { body } = await askFor("userId=u7&bots=bot-1&bots=bot-2&bots=bot-1");
    expect(await botsOf(body.token)).toEqual(["bot-1", "bot-2"]);
    expect(await botsOf((await askFor("userId=u7")).body.token)).toBeUndefined();
  });

  test("with an invalid id is rejected", async () => {
    expect(await askFor("userId=u%207")).toMatchObject({ status: 400, body: { code: 1002 } });
  });
});

describe("with a real RongCloud behind the bridge, a user", () => {
  test(
    "gets RongCloud's token and the bridge's own",
    withRongCloud(json(200, theirs), async ({ forwardCall }) => {
      const { status, body, saved } = await askFor("userId=u7&name=Ann", forwardCall);
      expect({ status, body }).toEqual({ status: 200, body: { ...theirs, botToken: expect.any(String) } });
      expect(saved).toEqual([]);
      expect(await userOf(body.botToken)).toBe("u7");
    }),
  );

  test(
    "gets the bridge's own in token if the app's SDK reads no other field",
    withRongCloud(json(200, theirs), async ({ forwardCall }) => {
      const { body } = await askFor("userId=u7", forwardCall, app({ token: "bridge" }));
      expect(body).toEqual({ ...theirs, token: expect.any(String), imToken: theirs.token });
      expect(await userOf(body.token)).toBe("u7");
    }),
  );

  test(
    "is registered with RongCloud unchanged: name, portrait and any other fields that it accepts",
    withRongCloud(json(200, theirs), async ({ forwardCall, received }) => {
      const form = "userId=u7&name=%E4%BD%A0%E5%A5%BD+%26&portraitUri=https%3A%2F%2Fexample.com%2Fa.png&x=1";
      const { headers } = await askFor(form, forwardCall);
      expect(headers?.["x-request-id"]).toMatch(/^[\w-]{36}$/);
      expect(received).toMatchObject([
        {
          method: "POST",
          path: "/user/getToken.json",
          // Without an id of the caller's, the one in the reply.
          headers: {
            "content-type": "application/x-www-form-urlencoded",
            "x-request-id": headers?.["x-request-id"],
          },
        },
      ]);
      expect(received[0]?.body.toString()).toBe(form);
      expect(received.map(isSigned)).toEqual([true]);
    }),
  );

  test(
    "is not bound to bots there, which RongCloud does not support",
    withRongCloud(json(200, theirs), async ({ forwardCall, received }) => {
      const { body } = await askFor("userId=u7&bots=bot-1&name=%E4%BD%A0+%26&bots=bot-2", forwardCall);
      expect(received[0]?.body.toString()).toBe("userId=u7&name=%E4%BD%A0+%26");
      expect(await botsOf(body.botToken)).toEqual(["bot-1", "bot-2"]);
    }),
  );

  test(
    "has a token of the bridge's for the requested id, whatever id RongCloud returns",
    withRongCloud(json(200, { ...theirs, userId: "somebody else" }), async ({ forwardCall }) => {
      const { body } = await askFor("userId=u7", forwardCall);
      expect(body.userId).toBe("u7");
      expect(await userOf(body.botToken)).toBe("u7");
    }),
  );

  test.each([
    ["HTTP 400", 400, { code: 1002, errorMessage: "name is required." }],
    ["HTTP 429", 429, { code: 1008 }],
    ["HTTP 200 with another code", 200, { code: 2007, errorMessage: "over the number of test users" }],
    ["HTTP 200 with another code and a token", 200, { ...theirs, code: 2007 }],
    ["HTTP 500 with 200 in its body", 500, theirs],
    ["HTTP 200 without a token", 200, { code: 200, userId: "u7" }],
  ])(
    "that RongCloud rejects with %s is rejected with its error, and gets no token",
    async (_name, status, refusal) => {
      await withRongCloud(json(status, refusal), async ({ forwardCall }) => {
        const reply = await askFor("userId=u7", forwardCall);
        expect(reply).toMatchObject({ status, text: JSON.stringify(refusal) });
        expect(reply.headers).toMatchObject({
          "content-type": "application/json;charset=utf-8",
          "x-request-id": expect.any(String),
        });
      })();
    },
  );

  test(
    "with an invalid id is rejected before RongCloud is called",
    withRongCloud(json(200, theirs), async ({ forwardCall, received }) => {
      expect(await askFor("name=Ann", forwardCall)).toMatchObject({ status: 400, body: { code: 1002 } });
      expect(received).toEqual([]);
    }),
  );

  test(
    "gets no token if RongCloud does not answer, and no internals",
    withRongCloud(
      (response) => void response.destroy(),
      async ({ forwardCall, url }) => {
        const { status, body, text } = await askFor("userId=u7", forwardCall);
        expect({ status, body }).toEqual({
          status: 500,
          body: { code: 1000, errorMessage: "internal error, please try again" },
        });
        expect(text).not.toContain(new URL(url).host);
      },
    ),
  );
});

const revocation = (userId: string, before: unknown) => ({ appKey: "app-one", userId, before });

describe("stand-alone, tokens", () => {
  test("issued before a time are revoked", async () => {
    const { status, body, revoked } = await expire("userId=u7&time=1767225600000");
    expect({ status, body }).toEqual({ status: 200, body: { code: 200 } });
    expect(revoked).toEqual([revocation("u7", 1767225600000)]);
  });

  test("are revoked as of now without a time", async () => {
    const start = clock.now();
    const { status, revoked } = await expire("userId=u7");
    expect(status).toBe(200);
    expect(revoked).toEqual([revocation("u7", expect.any(Number))]);
    expect(revoked[0]?.before).toBeGreaterThanOrEqual(start);
    expect(revoked[0]?.before).toBeLessThanOrEqual(clock.now());
  });

  test("of several users are revoked in one call, each once", async () => {
    const { revoked } = await expire("userId=u7&userId=u8&userId=u7&time=1767225600000");
    expect(revoked).toEqual([revocation("u7", 1767225600000), revocation("u8", 1767225600000)]);
  });

  test.each(["time=1767225600000", "userId=u7&time=yesterday", ""])(
    "stay valid after a malformed request: %j",
    async (form) => {
      const { status, revoked } = await expire(form);
      expect({ status, revoked }).toEqual({ status: 400, revoked: [] });
    },
  );
});

describe("with a real RongCloud behind the bridge, tokens", () => {
  const form = "userId=u7&userId=u8&time=1767225600000";

  test(
    "are revoked there too, with the same fields",
    withRongCloud(json(200, { code: 200 }), async ({ forwardCall, received }) => {
      const { status, body, revoked } = await expire(form, forwardCall);
      expect({ status, body }).toEqual({ status: 200, body: { code: 200 } });
      expect(revoked).toHaveLength(2);
      expect(received).toMatchObject([{ method: "POST", path: "/user/token/expire.json" }]);
      expect(received[0]?.body.toString()).toBe(form);
      expect(received.map(isSigned)).toEqual([true]);
    }),
  );

  test(
    "are revoked there as of the same time as here without a time, which RongCloud requires",
    withRongCloud(json(200, { code: 200 }), async ({ forwardCall, received }) => {
      const { revoked } = await expire("userId=u7", forwardCall);
      const sent = new URLSearchParams(received[0]?.body.toString());
      expect(revoked).toEqual([revocation("u7", Number(sent.get("time")))]);
      expect(sent.get("userId")).toBe("u7");
    }),
  );

  test.each([
    ["HTTP 400", 400, { code: 1002, errorMessage: "time is required." }],
    ["HTTP 200 with another code", 200, { code: 1004, errorMessage: "bad signature" }],
  ])(
    "that RongCloud does not revoke, because of %s, are revoked only here, and its error is returned",
    async (_name, status, refusal) => {
      await withRongCloud(json(status, refusal), async ({ forwardCall }) => {
        const reply = await expire(form, forwardCall);
        expect(reply).toMatchObject({ status, text: JSON.stringify(refusal) });
        expect(reply.revoked).toHaveLength(2);
      })();
    },
  );

  test(
    "are revoked here if RongCloud does not answer, and the call fails: it may be repeated",
    withRongCloud(
      (response) => void response.destroy(),
      async ({ forwardCall }) => {
        const { status, revoked } = await expire(form, forwardCall);
        expect(status).toBe(500);
        expect(revoked).toHaveLength(2);
      },
    ),
  );
});

describe("whatever is sent,", () => {
  const forms = {
    "/user/getToken.json": {
      userId: "u7",
      name: "Ann",
      portraitUri: "https://a.example/a.png",
      bots: "bot-1",
    },
    "/user/token/expire.json": { userId: "u7", time: "1767225600000" },
  };

  test.each(formCases(forms))(
    "%s is answered at %s with 200 or a reason, revokes no other user, and is not logged",
    async (_name, path, body) => {
      await fc.assert(
        fc.asyncProperty(body, async (form) => {
          const { status, body: reply, log, revoked } = await call(path, form);
          if (status === 200) expect(reply).toMatchObject({ code: 200 });
          else expectRefusal({ status, body: reply });
          if (reply.token) expect(await userOf(reply.token)).toBe(reply.userId);
          if (status !== 200) expect(revoked).toEqual([]);
          const named = new URLSearchParams(form.toString()).getAll("userId");
          for (const { appKey, userId } of revoked) {
            expect(appKey).toBe(ours.appKey);
            expect(named).toContain(userId);
          }
          expect(JSON.stringify(log)).not.toContain(words);
        }),
        { numRuns: 150 },
      );
    },
  );
});
