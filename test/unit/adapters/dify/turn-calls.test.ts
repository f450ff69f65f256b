import { createServer } from "node:http";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { writeReference } from "#adapters/dify/dify-ids.ts";
import { makeTurnCalls } from "#adapters/dify/turn-calls.ts";
import { BridgeError } from "#core/shared/errors.ts";
import type { ProfileInput } from "../../../../local/dify/profile.ts";
import type { DifySimulator } from "../../../../local/dify/server.ts";
import { closeServer, listen } from "../../../../local/http-server.ts";
import { closeAfterEach } from "../../../support/close-after.ts";
import { difyIntegration } from "../../../support/turns.ts";
import { withDify } from "../../local/dify/client.ts";
import { askNow, difyCalls } from "./dify-calls.ts";

const calls = difyCalls();

/** Dify's answer to u7. */
const answerOf = async (dify: DifySimulator, profile: ProfileInput = {}) => {
  dify.configure("app-x", { mode: "chat", ...profile });
  const integration = difyIntegration({ type: "dify_chat", apiKey: "app-x", callbackUrl: dify.url });
  const { named, outcome } = askNow(integration);
  await outcome;
  return { integration, ...(await named) };
};

describe("suggested questions", () => {
  test(
    "are the app's suggestions, requested as the user who got the answer",
    withDify(async (dify) => {
      const message = await answerOf(dify, { suggested: ["Why?", "And then?"] });
      expect(await calls.suggest(message.integration, message.reference)).toEqual(["Why?", "And then?"]);
      const { method, path } = dify.requests.at(-1) ?? {};
      expect([method, path]).toEqual(["GET", `/v1/messages/${message.messageId}/suggested`]);
    }),
  );

  test(
    "are empty if the app suggests nothing",
    withDify(async (dify) => {
      const { integration, reference } = await answerOf(dify);
      expect(await calls.suggest(integration, reference)).toEqual([]);
    }),
  );

  test(
    "are not found for an answer that Dify does not know, or that was for another user",
    withDify(async (dify) => {
      const message = await answerOf(dify, { suggested: [] });
      const error = { code: "not_found", expose: true };
      const suggest = (given: object) =>
        calls.suggest(message.integration, writeReference({ ...message, ...given }));
      await expect(suggest({ user: "u8" })).rejects.toMatchObject(error);
      const unknown = { messageId: "00000000-0000-4000-8000-000000000000" };
      await expect(suggest(unknown)).rejects.toMatchObject(error);
    }),
  );

  test("are an array of strings, whatever Dify sends, or an error of ours", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.record({ data: fc.oneof(fc.array(fc.jsonValue()), fc.jsonValue()) }), fc.jsonValue()),
        fc.constantFrom(200, 200, 400, 401, 404, 500),
        async (json, status) => {
          const { suggest } = makeTurnCalls(async () => ({ status, json }));
          const reference = writeReference({ taskId: undefined, messageId: "m", user: "u7" });
          const suggested = await suggest(difyIntegration(), reference).catch((error: unknown) => error);
          if (suggested instanceof BridgeError) return;
          if (!Array.isArray(suggested)) throw suggested;
          expect(suggested.every((each) => typeof each === "string")).toBe(true);
        },
      ),
    );
  });
});

describe("a user's rating of an answer", () => {
  test(
    "reaches Dify with the user's note, and can be withdrawn",
    withDify(async (dify) => {
      const message = await answerOf(dify);
      await calls.rate(message.integration, message.reference, { rating: "like", note: "thanks" });
      expect(dify.requests.at(-1)).toMatchObject({
        method: "POST",
        path: `/v1/messages/${message.messageId}/feedbacks`,
        body: { rating: "like", user: "u7", content: "thanks" },
      });
      await calls.rate(message.integration, message.reference, { rating: "dislike", note: undefined });
      expect(dify.requests.at(-1)?.body).toEqual({ rating: "dislike", user: "u7" });
      await calls.rate(message.integration, message.reference, { rating: null, note: undefined });
      expect(dify.requests.at(-1)?.body).toEqual({ rating: null, user: "u7" });
    }),
  );

  test(
    "may be withdrawn even if there was none",
    withDify(async (dify) => {
      const { integration, reference } = await answerOf(dify);
      const withdrawal = calls.rate(integration, reference, { rating: null, note: undefined });
      await expect(withdrawal).resolves.toBeUndefined();
    }),
  );

  test(
    "is not found for another user's answer",
    withDify(async (dify) => {
      const message = await answerOf(dify);
      await expect(
        calls.rate(message.integration, writeReference({ ...message, user: "u8" }), {
          rating: "like",
          note: undefined,
        }),
      ).rejects.toMatchObject({ code: "not_found" });
    }),
  );

  test(
    "is not reported as saved if Dify rejects it",
    withDify(async (dify) => {
      const message = await answerOf(dify);
      const wrongKey = { ...message.integration, apiKey: "wrong" };
      const rated = calls.rate(wrongKey, message.reference, { rating: "like", note: undefined });
      await expect(rated).rejects.toMatchObject({
        code: "upstream_refused",
        expose: false,
      });
    }),
  );
});

describe("for an answer without a message, such as a workflow's, or without any ids", () => {
  const unreachable = makeTurnCalls(() => Promise.reject(new Error("Dify was asked")));
  test.each([writeReference({ taskId: "t1", messageId: undefined, user: "u7" }), "nonsense", "{}"])(
    "nothing is suggested and no rating accepted (%s)",
    async (reference) => {
      expect(await unreachable.suggest(difyIntegration(), reference)).toEqual([]);
      const rated = unreachable.rate(difyIntegration(), reference, { rating: "like", note: undefined });
      await expect(rated).rejects.toMatchObject({ code: "not_found", expose: true });
    },
  );
  test.each([writeReference({ taskId: undefined, messageId: "m1", user: "u7" }), "nonsense"])(
    "nothing is stopped (%s)",
    async (reference) => {
      await expect(unreachable.stop(difyIntegration(), reference)).resolves.toBeUndefined();
    },
  );
});

test("an endless reply is cut, and one that is not Dify's is ignored", async () => {
  const { callDify } = difyCalls();
  const server = createServer((_request, response) => {
    response.writeHead(200);
    const more = (): void => {
      while (response.writable && response.write("x".repeat(256 * 1024)));
    };
    response.on("drain", more);
    more();
  });
  closeAfterEach({ close: () => closeServer(server) });
  const callbackUrl = `${await listen(server, 0)}/v1`;
  const call = { integration: difyIntegration({ callbackUrl }), method: "GET", path: "messages" } as const;
  expect(await callDify(call)).toEqual({ status: 200, json: undefined });
});

test("a turn's ids are those of its reference and its conversation's memory, as far as they are known", () => {
  const reference = writeReference({ taskId: "k1", messageId: "m1", user: "u7" });
  const memory = JSON.stringify({ conversationId: "c1", user: "u7" });
  expect(calls.idsOf(reference, memory)).toEqual({ task: "k1", message: "m1", conversation: "c1" });
  expect(calls.idsOf(undefined, "another version's")).toEqual({});
});
