import { createServer } from "node:http";
import { describe, expect, test } from "@jest/globals";
import { toApiFailure } from "#adapters/api-gateway/api-error.ts";
import { closeServer, listen } from "../../../../local/http-server.ts";
import { eventually } from "../../../support/eventually.ts";
import { type Answer, answerWith, isSigned, passedCall, passOnTo, withRongCloud } from "./rongcloud.ts";

const done = answerWith(200, "application/json", '{"code":200}');

/** The app's server's reply if RongCloud does not answer. */
const refusalOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => Promise.reject(new Error("the call succeeded")),
    (error: unknown) => toApiFailure(error),
  );

const internal = { status: 500, body: { code: 1000, errorMessage: "internal error, please try again" } };
const timedOut = { status: 504, body: { code: 1050, errorMessage: "internal error, please try again" } };

describe("a call that is passed through", () => {
  test(
    "reaches RongCloud unchanged: method, path, content type and body, in any script",
    withRongCloud(done, async ({ forwardCall, received }) => {
      const body = '{"name":"你好 😀 &=+%20"}';
      await forwardCall(
        passedCall({ path: "/v3/user/info.json", contentType: "application/json; charset=utf-8", body }),
      );
      expect(received).toMatchObject([
        {
          method: "POST",
          path: "/v3/user/info.json",
          headers: { "content-type": "application/json; charset=utf-8" },
        },
      ]);
      expect(received[0]?.body.toString()).toBe(body);
    }),
  );

  test(
    "comes with its query",
    withRongCloud(done, async ({ forwardCall, received }) => {
      await forwardCall(passedCall({ path: "/user/info.json?page=2&name=%E4%BD%A0%26&name=" }));
      expect(received[0]?.path).toBe("/user/info.json?page=2&name=%E4%BD%A0%26&name=");
    }),
  );

  test(
    "may be a GET without a body",
    withRongCloud(done, async ({ forwardCall, received }) => {
      await forwardCall(passedCall({ method: "GET", body: "" }));
      expect(received).toMatchObject([{ method: "GET", path: "/user/info.json" }]);
      expect(received[0]?.body).toHaveLength(0);
    }),
  );

  test(
    "is signed with the app's newest secret and a new nonce each time",
    withRongCloud(done, async ({ forwardCall, received, clock }) => {
      await forwardCall(passedCall());
      await forwardCall(passedCall());
      expect(received.map(isSigned)).toEqual([true, true]);
      expect(new Set(received.map(({ headers }) => headers.nonce)).size).toBe(2);
      expect(received[0]?.headers.timestamp).toBe(String(clock.now()));
    }),
  );

  test(
    "goes only to the configured host, with or without a slash or a path at its end",
    withRongCloud(done, async ({ url, received }) => {
      await passOnTo(`${url}/`).forwardCall(passedCall());
      await passOnTo(`${url}/api/`).forwardCall(passedCall());
      await passOnTo(url).forwardCall(passedCall({ path: "//example.com/user/info.json" }));
      await passOnTo(url).forwardCall(passedCall({ path: "/@example.com/" }));
      expect(received.map(({ path }) => path)).toEqual([
        "/user/info.json",
        "/api/user/info.json",
        "//example.com/user/info.json",
        "/@example.com/",
      ]);
    }),
  );

  test(
    "is not made for an app that no longer has a secret",
    withRongCloud(done, async ({ forwardCall, received }) => {
      expect(await refusalOf(forwardCall(passedCall({ appKey: "app-gone" })))).toMatchObject({ status: 401 });
      expect(received).toEqual([]);
    }),
  );
});

describe("RongCloud's answer", () => {
  test.each([
    [200, "application/json; charset=utf-8", '{"code":200,"userName":"你好 😀"}'],
    [200, "text/xml", "<result><code>200</code></result>"],
    [400, "application/json", '{"code":1002,"errorMessage":"userId is required."}'],
    [401, "application/json", '{"code":1004,"errorMessage":"signature error"}'],
    [429, "application/json", '{"code":1008}'],
    [500, "text/html", "<h1>Bad Gateway</h1>"],
    [302, "text/plain", "elsewhere"],
    [200, "text/plain", ""],
  ])("%i, %s, is returned unchanged: %s", async (status, contentType, body) => {
    await withRongCloud(answerWith(status, contentType, body), async ({ forwardCall }) => {
      expect(await forwardCall(passedCall())).toEqual({ status, contentType, body });
    })();
  });

  test(
    "without a content type is JSON, as all of its API",
    withRongCloud(answerWith(200, undefined, '{"code":200}'), async ({ forwardCall }) => {
      expect(await forwardCall(passedCall())).toMatchObject({ contentType: "application/json" });
    }),
  );

  const large = "x".repeat(3 * 1024 * 1024 - 1);

  test(
    "is returned whole up to Lambda's response limit",
    withRongCloud(answerWith(200, "text/plain", large), async ({ forwardCall }) => {
      expect((await forwardCall(passedCall())).body === large).toBe(true);
    }),
  );

  test(
    "beyond Lambda's response limit is an error, and not a truncated body",
    withRongCloud(answerWith(200, "text/plain", `${large}yz`), async ({ forwardCall }) => {
      expect(await refusalOf(forwardCall(passedCall()))).toEqual(internal);
    }),
  );
});

describe("a RongCloud that does not answer", () => {
  test("because it is down is 500 with code 1000, without internals", async () => {
    const server = createServer();
    const url = await listen(server, 0);
    await closeServer(server);
    expect(await refusalOf(passOnTo(url).forwardCall(passedCall()))).toEqual(internal);
  });

  test(
    "because it hangs up is 500 with code 1000",
    withRongCloud(
      (response) => void response.destroy(),
      async ({ forwardCall }) => {
        expect(await refusalOf(forwardCall(passedCall()))).toEqual(internal);
      },
    ),
  );

  test(
    "to its end is 500 with code 1000, and not half an answer",
    withRongCloud(
      (response) => {
        response.writeHead(200, { "content-length": "100" });
        response.write('{"code":', () => response.destroy());
      },
      async ({ forwardCall }) => {
        expect(await refusalOf(forwardCall(passedCall()))).toEqual(internal);
      },
    ),
  );

  const silences: readonly (readonly [string, Answer])[] = [
    ["at all", () => {}],
    ["after its head", (response) => void response.writeHead(200).flushHeaders()],
    ["after half of its body", (response) => void response.writeHead(200).write('{"code":')],
  ];

  test.each(silences)("%s times out after ten seconds with 504 and code 1050", async (_name, answer) => {
    await withRongCloud(answer, async ({ forwardCall, received, clock }) => {
      let isOver = false;
      const reply = refusalOf(forwardCall(passedCall())).finally(() => {
        isOver = true;
      });
      await eventually(() => expect(received).toHaveLength(1));
      await clock.advance(9_999);
      expect(isOver).toBe(false);
      await clock.advance(1);
      expect(await reply).toEqual(timedOut);
    })();
  });
});

test(
  "consecutive calls share one connection, which a timeout does not close",
  withRongCloud(done, async ({ forwardCall, clock, connections }) => {
    await forwardCall(passedCall());
    await clock.advance(60_000);
    for (let calls = 0; calls < 3; calls += 1) await forwardCall(passedCall());
    expect(connections()).toBe(1);
  }),
);
