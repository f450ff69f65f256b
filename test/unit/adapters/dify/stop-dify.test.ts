import { createServer } from "node:http";
import { describe, expect, test } from "@jest/globals";
import { writeReference } from "#adapters/dify/dify-ids.ts";
import type { DifyType } from "#core/bot/integration-types.ts";
import type { AppMode } from "../../../../local/dify/versions.ts";
import { closeServer, listen } from "../../../../local/http-server.ts";
import { closeAfterEach } from "../../../support/close-after.ts";
import { difyIntegration } from "../../../support/turns.ts";
import { withDify } from "../../local/dify/client.ts";
import { askNow, difyCalls } from "./dify-calls.ts";

const long = Array.from({ length: 200 }, (_, index) => `${index} `);
const { stop } = difyCalls();
const referenceOf = (taskId: string): string => writeReference({ taskId, messageId: undefined, user: "u7" });

describe("a stop", () => {
  test.each<[DifyType, AppMode, string]>([
    ["dify_chat", "chat", "/v1/chat-messages/"],
    ["dify_chatflow", "advanced-chat", "/v1/chat-messages/"],
    ["dify_agent", "agent-chat", "/v1/chat-messages/"],
    ["dify_completion", "completion", "/v1/completion-messages/"],
    ["dify_workflow", "workflow", "/v1/workflows/tasks/"],
  ])("of %s ends Dify's work", (type, mode, path) =>
    withDify(async (dify) => {
      dify.configure("app-x", { mode, reply: { kind: "deltas", deltas: long }, paceMs: 10 });
      const integration = difyIntegration({ type, apiKey: "app-x", callbackUrl: dify.url });
      const { named, outcome, text } = askNow(integration);
      const { taskId, reference } = await named;
      await stop(integration, reference);
      await outcome;
      expect(text().length).toBeLessThan(long.join("").length);
      expect(dify.requests.at(-1)).toMatchObject({
        method: "POST",
        path: `${path}${taskId}/stop`,
        body: { user: "u7" },
      });
      expect(dify.requests.at(-1)?.headers.authorization).toBe("Bearer app-x");
    })(),
  );

  test(
    "is sent with the user of the question, even one that Dify knows by its hash",
    withDify(async (dify) => {
      dify.configure("app-x", { mode: "chat", reply: { kind: "deltas", deltas: long }, paceMs: 10 });
      const integration = difyIntegration({ type: "dify_chat", apiKey: "app-x", callbackUrl: dify.url });
      const user = "x".repeat(300);
      const { named, outcome, text } = askNow(integration, user);
      const { reference } = await named;
      await stop(integration, reference);
      await outcome;
      expect(text().length).toBeLessThan(long.join("").length);
    }),
  );

  test(
    "of a task that Dify does not know is no failure, whatever its name",
    withDify(async (dify) => {
      const integration = difyIntegration({ apiKey: "app-x", callbackUrl: dify.url });
      await stop(integration, referenceOf("never heard of"));
      await stop(integration, referenceOf("../../evil?x#y"));
      expect(dify.requests.at(-1)?.path).toBe("/v1/chat-messages/..%2F..%2Fevil%3Fx%23y/stop");
    }),
  );
});

describe("a stop that cannot be sent to Dify throws", () => {
  test(
    "if the key is wrong",
    withDify(async (dify) => {
      const integration = difyIntegration({ apiKey: "wrong", callbackUrl: dify.url });
      await expect(stop(integration, referenceOf("t1"))).rejects.toMatchObject({
        code: "upstream_refused",
        expose: false,
      });
    }),
  );

  test("if there is no server", async () => {
    const integration = difyIntegration({ callbackUrl: "http://127.0.0.1:9/v1" });
    await expect(stop(integration, referenceOf("t1"))).rejects.toMatchObject({
      code: "upstream_unavailable",
      retryable: true,
      expose: false,
    });
  });

  test.each([
    ["never answers", (): void => {}],
    [
      "never ends its answer",
      (_: unknown, response: { write: (text: string) => void }): void => response.write("{"),
    ],
  ])("in time, if Dify %s", async (_how, answer) => {
    const server = createServer(answer);
    closeAfterEach({ close: () => closeServer(server) });
    const callbackUrl = `${await listen(server, 0)}/v1`;
    await expect(
      difyCalls({ refusalMs: 100 }).stop(difyIntegration({ callbackUrl }), referenceOf("t1")),
    ).rejects.toMatchObject({ code: "upstream_unavailable" });
  });
});
