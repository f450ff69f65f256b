import { createServer } from "node:http";
import { describe, expect, test } from "@jest/globals";
import type { RongCloudCall } from "#adapters/rongcloud/rongcloud-client.ts";
import { isSignedBy } from "#adapters/rongcloud/signature.ts";
import type { BridgeError } from "#core/shared/errors.ts";
import { closeServer, listen } from "../../../../local/http-server.ts";
import { appSecret, clientOf, withIm } from "./im.ts";

const call: RongCloudCall = {
  appKey: "app-one",
  path: "/message/private/publish.json",
  contentType: "application/x-www-form-urlencoded",
  body: new URLSearchParams({
    fromUserId: "bot-helpdesk",
    toUserId: "u7",
    objectName: "RC:TxtMsg",
    content: '{"content":"a text of a user"}',
  }).toString(),
};

const failureOf = (attempt: Promise<unknown>): Promise<BridgeError> =>
  attempt.then(
    () => Promise.reject(new Error("the call succeeded")),
    (error: BridgeError) => error,
  );

/** The failure of a call to a server that answers with these bytes. */
const failureAt = async (status: number, body: string): Promise<BridgeError> => {
  const server = createServer((_request, response) => response.writeHead(status).end(body));
  try {
    return await failureOf(clientOf(await listen(server, 0)).callRongCloud(call));
  } finally {
    await closeServer(server);
  }
};

describe("a call to the IM", () => {
  test(
    "is signed with the newest secret and a new nonce each time, and accepted",
    withIm(async (im, { callRongCloud, sent }) => {
      expect(await callRongCloud(call)).toMatchObject({ code: 200 });
      expect(await callRongCloud(call)).toMatchObject({ code: 200 });
      expect(im.messages()).toHaveLength(2);
      const signatures = sent.map(({ headers }) => ({
        nonce: String(headers.Nonce),
        timestamp: String(headers.Timestamp),
        signature: String(headers.Signature),
      }));
      expect(signatures.every((given) => isSignedBy([appSecret], given))).toBe(true);
      expect(new Set(signatures.map(({ signature }) => signature)).size).toBe(2);
    }),
  );

  test.each([
    [21_501, "text_refused"],
    [21_502, "upstream_refused"],
    [405, "upstream_refused"],
    [29_003, "stream_ended"],
  ])("that is refused with code %i has an error of its kind: %s", async (code, expected) => {
    await withIm(async (im, { callRongCloud }) => {
      im.answerNext({ status: 200, code });
      expect(await failureOf(callRongCloud(call))).toMatchObject({ code: expected, retryable: false });
    });
  });

  test.each([
    ["HTTP 429 with Retry-After", { status: 429, code: 1008, headers: { "retry-after": "2" } }, 2000],
    ["HTTP 429 without it", { status: 429, code: 1008 }, undefined],
    ["HTTP 200 and code 1008", { status: 200, code: 1008, headers: { "retry-after": "1" } }, 1000],
    [
      "a Retry-After in the past",
      {
        status: 429,
        code: 1008,
        headers: { "retry-after": "Thu, 01 Jan 1970 00:00:05 GMT" },
      },
      0,
    ],
  ])("over the rate limit is retryable, by %s", async (_name, answer, retryAfterMs) => {
    await withIm(async (im, { callRongCloud }) => {
      im.answerNext(answer);
      expect(await failureOf(callRongCloud(call))).toMatchObject({ retryable: true, retryAfterMs });
      expect(await callRongCloud(call)).toMatchObject({ code: 200 });
    })();
  });

  test.each([408, 500, 502, 503, 504])("answered HTTP %d is retryable", async (status) => {
    await withIm(async (im, { callRongCloud }) => {
      im.answerNext({ status, code: 1000 });
      expect(await failureOf(callRongCloud(call))).toMatchObject({ name: "BridgeError", retryable: true });
    })();
  });

  test.each([
    [400, 1002],
    [401, 1004],
    [403, 1009],
    [404, 404],
    [302, 200],
  ])("answered HTTP %d with code %d is final, and the log gets both", async (status, code) => {
    await withIm(async (im, { callRongCloud }) => {
      im.answerNext({ status, code });
      const failure = await failureOf(callRongCloud(call));
      expect(failure).toMatchObject({ name: "BridgeError", retryable: false });
      expect(failure.message).toContain(`HTTP ${status}, code ${code}`);
    })();
  });

  test.each([
    [400, 29003],
    [200, 29004],
  ])("answered HTTP %d with code %d says that the IM has ended the stream message", async (status, code) => {
    await withIm(async (im, { callRongCloud }) => {
      im.answerNext({ status, code });
      expect(await failureOf(callRongCloud(call))).toMatchObject({ code: "stream_ended", retryable: false });
    })();
  });

  test("answered 200 without JSON has failed", async () => {
    expect(await failureAt(200, "<html>Welcome</html>")).toMatchObject({ code: "upstream_refused" });
    expect(await failureAt(200, `{"code":200,"pad":"${"x".repeat(70_000)}"}`)).toMatchObject({
      code: "upstream_refused",
    });
  });

  test("is retryable if the connection is refused", async () => {
    const server = createServer();
    const url = await listen(server, 0);
    await closeServer(server);
    const failure = await failureOf(clientOf(url).callRongCloud(call));
    expect(failure).toMatchObject({ name: "BridgeError", code: "upstream_unavailable", retryable: true });
  });

  test("is retryable if the connection breaks, before or during the reply", async () => {
    const servers = [
      createServer((request) => request.socket.destroy()),
      createServer((request, response) => {
        response.writeHead(200, { "content-length": "100" });
        response.write("{", () => request.socket.destroy());
      }),
    ];
    for (const server of servers) {
      const failure = await failureOf(clientOf(await listen(server, 0)).callRongCloud(call));
      expect(failure).toMatchObject({ code: "upstream_unavailable", retryable: true });
      await closeServer(server);
    }
  });

  test(
    "for an app that no longer has a secret is not made",
    withIm(async (im, { callRongCloud, sent }) => {
      const failure = await failureOf(callRongCloud({ ...call, appKey: "app-gone" }));
      expect(failure).toMatchObject({ name: "BridgeError", retryable: false });
      expect([...sent, ...im.messages()]).toEqual([]);
    }),
  );

  test(
    "fails without key, secret, signature or user text in its message",
    withIm(async (im, { callRongCloud, sent }) => {
      im.answerNext({ status: 401, code: 1004 }, { status: 500, code: 1000 }, { status: 429, code: 1008 });
      const failures = [
        await failureOf(callRongCloud(call)),
        await failureOf(callRongCloud(call)),
        await failureOf(callRongCloud(call)),
        await failureOf(callRongCloud({ ...call, appKey: "app-gone" })),
        await failureAt(200, "not JSON"),
      ];
      await im.close();
      failures.push(await failureOf(callRongCloud(call)));
      const messages = failures.map(String).join("\n");
      for (const { headers } of sent) {
        expect(messages).not.toContain(headers["App-Key"]);
        expect(messages).not.toContain(headers.Signature);
      }
      expect(messages).not.toContain(appSecret);
      expect(messages).not.toContain("a text of a user");
    }),
  );
});
