import { describe, expect, test } from "@jest/globals";
import { makeSignedApi } from "#adapters/api-gateway/signed-api.ts";
import type { UserProfile } from "#core/chat/user-profile.ts";
import { makeProfileRoutes } from "../../../../functions/user-token/profile-routes.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { lambdaContext, proxyEvent } from "../../adapters/api-gateway/proxy-event.ts";
import { app } from "../../adapters/secrets/apps.ts";

/** The reply to a call, and what the use cases were called with. */
const call = async (path: string, form: string, profile?: UserProfile) => {
  const log = makeMemoryLog();
  const calls: unknown[] = [];
  const routes = makeProfileRoutes({
    findProfile: async (user) => {
      calls.push(user);
      return profile;
    },
    refreshProfile: async (...given) => void calls.push(given),
  });
  const handler = makeSignedApi({ verifyCall: async () => app(), log }, routes);
  const { statusCode, body } = await handler(proxyEvent({ path, body: form }), lambdaContext);
  return { status: statusCode, body: JSON.parse(body), calls, log: log.lines };
};
const info = (form: string, profile?: UserProfile) => call("/user/info.json", form, profile);
const refresh = (form: string) => call("/user/refresh.json", form);

describe("the info of a user", () => {
  test("has the names and the time format of RongCloud", async () => {
    const createdAt = Date.UTC(2016, 4, 24, 10, 38, 19, 500);
    const profile = { name: "Ann", portraitUri: "https://example.com/a.png", createdAt };
    const { status, body, calls } = await info("userId=u7", profile);
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        code: 200,
        userName: "Ann",
        userPortrait: "https://example.com/a.png",
        createTime: "2016-05-24 10:38:19",
      },
    });
    expect(calls).toEqual([{ appKey: "app-one", userId: "u7" }]);
  });

  test("who is unknown is empty and no error, as RongCloud's Dify plugin requires", async () => {
    const { status, body } = await info("userId=testAuthUserId");
    expect({ status, body }).toEqual({
      status: 200,
      body: { code: 200, userName: "", userPortrait: "", createTime: "" },
    });
  });

  test("may be that of a bot with any id", async () => {
    expect((await info("userId=bot%3A%E6%9C%BA")).calls).toEqual([{ appKey: "app-one", userId: "bot:机" }]);
  });

  test.each([
    ["", 1003, "body: must not be empty"],
    ["userId=", 1002, 'userId: must not be empty, got ""'],
    ["name=Ann", 1002, "userId: is required, got nothing"],
    ["userId=u7&userId=u8", 1002, "userId: may be sent only once, got 2"],
  ])("is refused for the form %j", async (form, code, errorMessage) => {
    expect(await info(form)).toMatchObject({ status: 400, body: { code, errorMessage }, calls: [] });
  });
});

describe("a refresh of a user", () => {
  test("changes the fields that were sent", async () => {
    const { status, body, calls } = await refresh("userId=u7&name=%E5%AE%89");
    expect({ status, body }).toEqual({ status: 200, body: { code: 200 } });
    expect(calls).toEqual([
      [
        { appKey: "app-one", userId: "u7" },
        { name: "安", portraitUri: undefined },
      ],
    ]);
  });

  test.each([
    ["name=Ann", 1002],
    ["userId=u%207", 1002],
    [`userId=u7&name=${"x".repeat(129)}`, 1005],
    [`userId=u7&portraitUri=${"x".repeat(1025)}`, 1005],
  ])("is refused for the form %.30j", async (form, code) => {
    expect(await refresh(form)).toMatchObject({ status: 400, body: { code }, calls: [] });
  });

  test("logs no names", async () => {
    const { log } = await refresh("userId=u%207&name=Secret+Name");
    expect(JSON.stringify(log)).not.toContain("Secret");
  });
});
