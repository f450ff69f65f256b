import { describe, expect, test } from "@jest/globals";
import { jwtVerify } from "jose";
import { makeSignedApi } from "../../../../functions/adapters/api-gateway/signed-api.ts";
import { systemClock as clock } from "../../../../functions/adapters/node/system-clock.ts";
import { makeSignUserToken } from "../../../../functions/adapters/secrets/user-tokens.ts";
import type { PassOn } from "../../../../functions/core/messages/pass-on.ts";
import { makeTokenRoutes } from "../../../../functions/user-token/routes.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { lambdaContext, proxyEvent } from "../../adapters/api-gateway/proxy-event.ts";
import { type Answer, answerWith, isSigned, withRongCloud } from "../../adapters/rongcloud/rongcloud.ts";
import { app } from "../../adapters/secrets/apps.ts";

const ours = app();

const askFor = async (form: string, passOn?: PassOn) => {
  const log = makeMemoryLog();
  const handler = makeSignedApi(
    { verifyCall: async () => ours, log },
    makeTokenRoutes({ signUserToken: makeSignUserToken(clock), passOn }),
  );
  const { statusCode, headers, body } = await handler(
    proxyEvent({ path: "/user/getToken.json", body: form }),
    lambdaContext,
  );
  return { status: statusCode, headers, text: body, body: JSON.parse(body), log: log.lines };
};

/** Whose token of ours it is. */
const userOf = async (token: unknown): Promise<string | undefined> => {
  const { payload } = await jwtVerify(String(token), ours.tokenKeys[0].key, { audience: "app-one" });
  return payload.sub;
};

const json = (status: number, body: object): Answer =>
  answerWith(status, "application/json;charset=utf-8", JSON.stringify(body));
const theirs = { code: 200, userId: "u7", token: "their-token@cn.rongnav.com", expires: 0 };

describe("stand-alone, a user", () => {
  test("gets a token of the bridge's own, which is theirs", async () => {
    const { status, body } = await askFor("userId=u7&name=Ann&portraitUri=");
    expect({ status, body }).toEqual({
      status: 200,
      body: { code: 200, userId: "u7", token: expect.any(String) },
    });
    expect(await userOf(body.token)).toBe("u7");
  });

  test("of a name that may not be is refused", async () => {
    expect(await askFor("userId=u%207")).toMatchObject({ status: 400, body: { code: 1002 } });
  });
});

describe("with a real RongCloud behind the bridge, a user", () => {
  test(
    "gets RongCloud's token, and the bridge's own beside it",
    withRongCloud(json(200, theirs), async ({ passOn }) => {
      const { status, body } = await askFor("userId=u7&name=Ann", passOn);
      expect({ status, body }).toEqual({ status: 200, body: { ...theirs, botToken: expect.any(String) } });
      expect(await userOf(body.botToken)).toBe("u7");
    }),
  );

  test(
    "is made known to RongCloud as they came: name, portrait and whatever else it takes",
    withRongCloud(json(200, theirs), async ({ passOn, received }) => {
      const form = "userId=u7&name=%E4%BD%A0%E5%A5%BD+%26&portraitUri=https%3A%2F%2Fexample.com%2Fa.png&x=1";
      await askFor(form, passOn);
      expect(received).toMatchObject([
        {
          method: "POST",
          path: "/user/getToken.json",
          headers: { "content-type": "application/x-www-form-urlencoded" },
        },
      ]);
      expect(received[0]?.body.toString()).toBe(form);
      expect(received.map(isSigned)).toEqual([true]);
    }),
  );

  test(
    "has a token of the bridge's for who they are here, whomever RongCloud names",
    withRongCloud(json(200, { ...theirs, userId: "somebody else" }), async ({ passOn }) => {
      const { body } = await askFor("userId=u7", passOn);
      expect(body.userId).toBe("u7");
      expect(await userOf(body.botToken)).toBe("u7");
    }),
  );

  test.each([
    ["HTTP 400", 400, { code: 1002, errorMessage: "name is required." }],
    ["HTTP 429", 429, { code: 1008 }],
    ["HTTP 200 with another code", 200, { code: 2007, errorMessage: "over the number of test users" }],
    ["HTTP 200 with another code beside a token", 200, { ...theirs, code: 2007 }],
    ["HTTP 500, though it says 200 within", 500, theirs],
    ["HTTP 200 without a token", 200, { code: 200, userId: "u7" }],
  ])(
    "whom RongCloud refuses by %s is refused in its words, and gets no token",
    async (_name, status, refusal) => {
      await withRongCloud(json(status, refusal), async ({ passOn }) => {
        const reply = await askFor("userId=u7", passOn);
        expect(reply).toMatchObject({ status, text: JSON.stringify(refusal) });
        expect(reply.headers).toMatchObject({
          "content-type": "application/json;charset=utf-8",
          "x-request-id": expect.any(String),
        });
      })();
    },
  );

  test(
    "of a name that may not be is refused before RongCloud hears of them",
    withRongCloud(json(200, theirs), async ({ passOn, received }) => {
      expect(await askFor("name=Ann", passOn)).toMatchObject({ status: 400, body: { code: 1002 } });
      expect(received).toEqual([]);
    }),
  );

  test(
    "gets no token where RongCloud does not answer, and nothing internal",
    withRongCloud(
      (response) => void response.destroy(),
      async ({ passOn, url }) => {
        const { status, body, text } = await askFor("userId=u7", passOn);
        expect({ status, body }).toEqual({
          status: 500,
          body: { code: 1000, errorMessage: "internal error, please try again" },
        });
        expect(text).not.toContain(new URL(url).host);
      },
    ),
  );
});
