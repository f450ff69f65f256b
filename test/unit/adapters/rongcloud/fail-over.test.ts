import type { RequestListener } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import type { CallRongCloud, RongCloudCall } from "#adapters/rongcloud/rongcloud-client.ts";
import type { BridgeError } from "#core/shared/errors.ts";
import { type HttpServer, startHttpServer } from "../../../../local/http-server.ts";
import { clientOf } from "./im.ts";

const call: RongCloudCall = {
  appKey: "app-one",
  path: "/message/private/publish.json",
  contentType: "application/x-www-form-urlencoded",
  body: "fromUserId=bot",
};

/** Two hosts, each of which can be told how to answer. */
const withHosts = async (
  test: (given: {
    readonly callRongCloud: CallRongCloud;
    readonly answers: RequestListener[];
    readonly asked: string[];
    readonly close: (at: number) => Promise<void>;
  }) => Promise<void>,
): Promise<void> => {
  const asked: string[] = [];
  const well: RequestListener = (_request, response) => void response.end('{"code":200}');
  const answers = [well, well];
  const start = (at: number, name: string): Promise<HttpServer> =>
    startHttpServer(0, async (request, response) => {
      asked.push(name);
      answers[at]?.(request, response);
    });
  const hosts = [await start(0, "primary"), await start(1, "backup")] as const;
  try {
    await test({
      callRongCloud: clientOf(hosts[0].url, hosts[1].url).callRongCloud,
      answers,
      asked,
      close: async (at) => {
        await hosts[at]?.close();
        // The kept connection is noticed to be closed.
        await delay(20);
      },
    });
  } finally {
    await Promise.all(hosts.map((host) => host.close().catch(() => undefined)));
  }
};

const failureOf = (attempt: Promise<unknown>): Promise<BridgeError> =>
  attempt.then(
    () => Promise.reject(new Error("the call succeeded")),
    (error: BridgeError) => error,
  );

describe("an IM host that is down", () => {
  test("is replaced by the other within the same call if it cannot have seen the call, and stays replaced", async () => {
    await withHosts(async ({ callRongCloud, asked, close }) => {
      await callRongCloud(call);
      await close(0);
      await callRongCloud(call);
      await callRongCloud(call);
      expect(asked).toEqual(["primary", "backup", "backup"]);
    });
  });

  test("is replaced by the other with the next call if it may have accepted this one, which is not repeated", async () => {
    await withHosts(async ({ callRongCloud, answers, asked }) => {
      answers[0] = (request) => void request.socket.destroy();
      expect(await failureOf(callRongCloud(call))).toMatchObject({ retryable: true, uncertain: true });
      await callRongCloud(call);
      expect(asked).toEqual(["primary", "backup"]);
    });
  });

  test("is used again when the other is down as well", async () => {
    await withHosts(async ({ callRongCloud, answers, asked }) => {
      answers[0] = answers[1] = (request) => void request.socket.destroy();
      for (let at = 0; at < 3; at += 1) await failureOf(callRongCloud(call));
      expect(asked).toEqual(["primary", "backup", "primary"]);
    });
  });

  test("is not one that rejects a call or throttles it", async () => {
    await withHosts(async ({ callRongCloud, answers, asked }) => {
      answers[0] = (_request, response) => void response.writeHead(429).end('{"code":1008}');
      expect(await failureOf(callRongCloud(call))).toMatchObject({ code: "rate_limited", uncertain: false });
      await failureOf(callRongCloud(call));
      expect(asked).toEqual(["primary", "primary"]);
    });
  });
});

describe("a call that the IM did not confirm", () => {
  test.each([
    [500, true],
    [502, true],
    [503, false],
    [504, true],
    [429, false],
    [400, false],
  ])("with HTTP %i may have been accepted all the same: %s", async (status, uncertain) => {
    await withHosts(async ({ callRongCloud, answers }) => {
      answers[0] = (_request, response) => void response.writeHead(status).end('{"code":1000}');
      expect(await failureOf(callRongCloud(call))).toMatchObject({ uncertain });
    });
  });
});
