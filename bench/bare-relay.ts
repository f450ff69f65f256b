import { Agent, type IncomingMessage, request } from "node:http";
import { json as readJson } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import type { AnswerTurn } from "./pipeline.ts";
import type { Addresses, AnswerScript } from "./servers/script.ts";

const agent = new Agent({ keepAlive: true });

const post = (url: string, body: object): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const text = JSON.stringify(body);
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(text) };
    request(url, { method: "POST", headers, agent }, resolve).once("error", reject).end(text);
  });

const questionOf = (user: string, script: AnswerScript) => ({
  query: JSON.stringify(script),
  inputs: {},
  user,
  response_mode: "streaming",
});

/**
 * The baseline: the minimal relay between the two. It reads and parses events, collects their text at an interval and
 * sends it. It does no validation, signing or error handling.
 */
export const makeBareRelay =
  ({ difyUrl, imUrl }: Addresses, minIntervalMs: number): AnswerTurn =>
  async (user, script) => {
    let waiting = "";
    let ended = false;
    let running: Promise<void> | undefined;
    let nextAt = 0;
    let seq = 0;
    let messageUID: string | undefined;

    const sendChunk = async (): Promise<void> => {
      nextAt = Date.now() + minIntervalMs;
      seq += 1;
      const name = messageUID === undefined ? { type: "markdown" } : { messageUID };
      const content = {
        content: waiting,
        seq,
        complete: ended,
        ...(ended && { completeReason: 0 }),
        ...name,
      };
      waiting = "";
      const response = await post(`${imUrl}/v3/message/private/publish_stream.json`, {
        fromUserId: "bot-bench",
        toUserId: user,
        objectName: "RC:StreamMsg",
        content,
      });
      ({ messageUID } = (await readJson(response)) as { messageUID: string });
    };
    const run = async (): Promise<void> => {
      while (waiting !== "") {
        const pauseMs = nextAt - Date.now();
        if (pauseMs > 0) await delay(pauseMs);
        await sendChunk();
      }
      running = undefined;
    };

    const response = await post(`${difyUrl}/chat-messages`, questionOf(user, script));
    response.setEncoding("utf8");
    let rest = "";
    for await (const piece of response) {
      const lines = (rest + piece).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (!line.startsWith("data: ")) continue;
        const event = JSON.parse(line.slice("data: ".length));
        if (event.event === "message") waiting += event.answer;
        if (waiting !== "") running ??= run();
      }
    }
    await running;
    ended = true;
    await sendChunk();
  };
