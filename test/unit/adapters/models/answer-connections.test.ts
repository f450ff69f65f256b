import type { RequestListener } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { makeAskDify } from "#adapters/dify/ask-dify.ts";
import { difyTimeouts } from "#adapters/dify/dify-timeouts.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { noLimits } from "../../../support/turn-limits.ts";
import { difyIntegration } from "../../../support/turns.ts";
import { questionOf } from "../dify/dify-calls.ts";
import { withServer } from "../http/servers.ts";
import { ask as askOpenAi } from "../openai/ask.ts";

/** Real servers end the response up to a second after the last event. */
const endingLater =
  (...events: readonly string[]): RequestListener =>
  async (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const event of events) response.write(`data: ${event}\n\n`);
    await delay(20);
    response.end();
  };

const ids = '"message_id":"m1","conversation_id":"c1","task_id":"t1"';
const dify = endingLater(
  `{"event":"message","answer":"hello",${ids}}`,
  `{"event":"message_end","metadata":{},${ids}}`,
);
const openai = endingLater('{"choices":[{"delta":{"content":"hello"}}]}', "[DONE]");

test.each([
  ["Dify", dify],
  ["an OpenAI-compatible API", openai],
])("the next question to %s uses the connection of the last answer", async (name, listener) => {
  await withServer(listener, async ({ url, connections }) => {
    const sendHttp = makeHttpClient({ publicOnly: false, clock });
    const askDify = makeAskDify({ sendHttp, clock, timeouts: difyTimeouts });
    const integration = difyIntegration({ callbackUrl: `${url}/v1`, type: "dify_chat" });
    const ask = () =>
      name === "Dify"
        ? askDify(questionOf({ integration }), () => {}, noLimits())
        : askOpenAi({ url, sendHttp }).then(({ outcome }) => outcome);
    for (let asked = 0; asked < 3; asked += 1) {
      expect(await ask()).toEqual({ status: "answered" });
      await delay(100);
    }
    expect(connections()).toBe(1);
  })();
});
