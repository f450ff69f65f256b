import { createServer } from "node:http";
import { describe, expect, test } from "@jest/globals";
import { makePublishToIm } from "#adapters/rongcloud/publish-to-im.ts";
import { closeServer, listen } from "../../../../local/http-server.ts";
import { startImSimulator } from "../../../../local/im/server.ts";
import { answerWith, isSigned, newestSecret, passOnTo, withRongCloud } from "./rongcloud.ts";

const formOf = (fields: readonly (readonly [string, string])[]): string => {
  const form = new URLSearchParams();
  for (const [name, value] of fields) form.append(name, value);
  return form.toString();
};

const message = [
  ["fromUserId", "bot-helpdesk"],
  ["objectName", "RC:TxtMsg"],
  ["content", '{"content":"你好 😀 & more"}'],
  ["pushContent", "hello"],
] as const;
const toUsers = formOf([...message, ["toUserId", "u7"], ["toUserId", "u8"]]);
const toGroup = formOf([...message, ["toGroupId", "g1"], ["isMentioned", "1"]]);

const json = (status: number, body: unknown) => answerWith(status, "application/json", JSON.stringify(body));

describe("a message published at the IM", () => {
  test("reaches each of its users under the returned ids", async () => {
    const im = await startImSimulator({ appKey: "app-one", appSecret: newestSecret });
    const published = await makePublishToIm(passOnTo(im.url).forwardCall)({
      appKey: "app-one",
      channelType: "PERSON",
      form: toUsers,
      requestId: "order-7",
    });
    const seen = im.messages().map(({ targetId, messageUID }) => [targetId, messageUID] as const);
    expect(seen.map(([targetId]) => targetId)).toEqual(["u7", "u8"]);
    expect(published).toEqual({ status: "published", messageUIDs: new Map(seen) });
    await im.close();
  });

  test("reaches its group under the returned id", async () => {
    const im = await startImSimulator({ appKey: "app-one", appSecret: newestSecret });
    const published = await makePublishToIm(passOnTo(im.url).forwardCall)({
      appKey: "app-one",
      channelType: "GROUP",
      form: toGroup,
      requestId: "order-7",
    });
    const [seen] = im.messages();
    expect(seen).toMatchObject({ channelType: "GROUP", targetId: "g1", text: "你好 😀 & more" });
    expect(published).toEqual({ status: "published", messageUIDs: new Map([["g1", seen?.messageUID]]) });
    await im.close();
  });

  test.each([
    ["PERSON", "/message/private/publish.json", toUsers],
    ["GROUP", "/message/group/publish.json", toGroup],
  ] as const)(
    "reaches a %s as it was sent, including everything about its push",
    async (channelType, path, form) => {
      await withRongCloud(json(200, { code: 200 }), async ({ forwardCall, received }) => {
        await makePublishToIm(forwardCall)({ appKey: "app-one", channelType, form, requestId: "order-7" });
        expect(received).toMatchObject([
          {
            method: "POST",
            path,
            headers: { "content-type": "application/x-www-form-urlencoded", "x-request-id": "order-7" },
          },
        ]);
        expect(received[0]?.body.toString()).toBe(form);
        expect(received.map(isSigned)).toEqual([true]);
      })();
    },
  );

  test.each([
    ["names no ids", { code: 200 }],
    ["names null for them", { code: 200, messageUIDs: null }],
    ["names them in another form", { code: 200, messageUIDs: { u7: "uid-1" } }],
    ["names one of nobody", { code: 200, messageUIDs: [{ messageUID: "uid-1" }] }],
  ])("counts as published if the IM accepts it and %s", async (_name, reply) => {
    await withRongCloud(json(200, reply), async ({ forwardCall }) => {
      const published = await makePublishToIm(forwardCall)({
        appKey: "app-one",
        channelType: "PERSON",
        form: toUsers,
        requestId: "order-7",
      });
      expect(published).toEqual({ status: "published", messageUIDs: new Map() });
    })();
  });

  test(
    "has the id of its group if the IM returns null for the user",
    withRongCloud(
      json(200, { code: 200, messageUIDs: [{ userId: null, groupId: "g1", messageUID: "uid-1" }] }),
      async ({ forwardCall }) => {
        const published = await makePublishToIm(forwardCall)({
          appKey: "app-one",
          channelType: "GROUP",
          form: toGroup,
          requestId: "order-7",
        });
        expect(published).toEqual({ status: "published", messageUIDs: new Map([["g1", "uid-1"]]) });
      },
    ),
  );
});

describe("a message that the IM rejects", () => {
  test.each([
    ["HTTP 400", 400, '{"code":1002,"errorMessage":"content is required."}'],
    ["HTTP 401", 401, '{"code":1004,"errorMessage":"signature error"}'],
    ["HTTP 200 with another code", 200, '{"code":1008}'],
    ["HTTP 500, though it says 200 within", 500, '{"code":200}'],
    ["HTTP 200 and no JSON", 200, "<html>Welcome</html>"],
    ["HTTP 200 and nothing", 200, ""],
  ])("with %s is rejected with the IM's error", async (_name, status, body) => {
    await withRongCloud(answerWith(status, "application/json", body), async ({ forwardCall }) => {
      const published = await makePublishToIm(forwardCall)({
        appKey: "app-one",
        channelType: "PERSON",
        form: toUsers,
        requestId: "order-7",
      });
      expect(published).toEqual({
        status: "refused",
        reply: { status, contentType: "application/json", body },
      });
    })();
  });

  test("because the IM is down is a retryable error of ours", async () => {
    const server = createServer();
    const url = await listen(server, 0);
    await closeServer(server);
    await expect(
      makePublishToIm(passOnTo(url).forwardCall)({
        appKey: "app-one",
        channelType: "PERSON",
        form: toUsers,
        requestId: "order-7",
      }),
    ).rejects.toMatchObject({
      code: "upstream_unavailable",
      retryable: true,
      expose: false,
    });
  });
});
