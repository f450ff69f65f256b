import { beforeAll, describe, expect, test } from "@jest/globals";
import * as v from "valibot";
import type { ImEvent } from "../../local/im/messages.ts";
import { closeAfterEach } from "../support/close-after.ts";
import { eventually } from "../support/eventually.ts";
import { startBridge } from "../support/local-run.ts";

const signature = v.object({ headers: v.record(v.string(), v.string()) });
const session = v.object({ bridgeUrl: v.string() });

let consoleUrl: string;

beforeAll(async () => {
  const bridge = await startBridge();
  const [, url = ""] = await bridge.shows(/in a browser: (\S+)/);
  consoleUrl = url;
}, 120_000);

const post = (path: string, body: object): Promise<Response> =>
  fetch(`${consoleUrl}/${path}`, {
    method: "POST",
    headers: { origin: consoleUrl, "content-type": "application/json" },
    body: JSON.stringify(body),
  });

/** Reads the IM's view from now on. */
const watchIm = async (): Promise<readonly ImEvent[]> => {
  const events: ImEvent[] = [];
  const closed = new AbortController();
  closeAfterEach({ close: () => closed.abort() });
  const { body } = await fetch(`${consoleUrl}/im/events`, { signal: closed.signal });
  const read = async (): Promise<void> => {
    let text = "";
    for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const frames = (text + chunk).split("\n\n");
      text = frames.pop() ?? "";
      for (const frame of frames) if (frame.startsWith("data: ")) events.push(JSON.parse(frame.slice(6)));
    }
  };
  read().catch(() => {});
  return events;
};

const answersOf = (events: readonly ImEvent[], targetId: string) =>
  events.filter(({ message }) => message.fromUserId === "bot-demo" && message.targetId === targetId);
const untilAnswered = (events: readonly ImEvent[], targetId: string): Promise<void> =>
  eventually(() => expect(answersOf(events, targetId).at(-1)?.message.complete).toBe(true), 30_000);

describe("the console of a local run", () => {
  test("shows what a user sends and how the answer grows, piece by piece", async () => {
    const events = await watchIm();
    const message = { fromUserId: "u-im", channelType: "PERSON", targetId: "bot-demo", text: "How are you?" };
    expect((await post("im/messages", message)).status).toBe(200);
    await untilAnswered(events, "u-im");
    expect(events.filter(({ message: { fromUserId } }) => fromUserId === "u-im")).toMatchObject([
      { message: { targetId: "bot-demo", text: "How are you?", complete: true } },
    ]);
    const answer = answersOf(events, "u-im");
    expect(answer.length).toBeGreaterThan(1);
    expect(new Set(answer.map(({ message: { messageUID } }) => messageUID)).size).toBe(1);
    expect(answer.map(({ added }) => added).join("")).toBe(answer.at(-1)?.message.text);
    expect(answer.map(({ message: { complete } }) => complete)).toEqual([
      ...answer.slice(1).map(() => false),
      true,
    ]);
    // A page that is opened later gets the same messages, whole.
    const later = await watchIm();
    await eventually(() => expect(answersOf(later, "u-im")).toHaveLength(1));
    expect(later.find(({ message: { fromUserId } }) => fromUserId === "bot-demo")).toMatchObject({
      added: answer.at(-1)?.message.text,
    });
  }, 60_000);

  test("sends a message to a group, where a bot that is mentioned answers", async () => {
    const events = await watchIm();
    const message = { fromUserId: "u-im", channelType: "GROUP", targetId: "g-im", text: "Hello" };
    await post("im/messages", message);
    await post("im/messages", { ...message, text: "Hello bot", mentions: ["bot-demo"] });
    await untilAnswered(events, "g-im");
    const answers = new Set(answersOf(events, "g-im").map(({ message: { messageUID } }) => messageUID));
    expect(answers.size).toBe(1);
    expect(answersOf(events, "g-im").at(-1)?.message).toMatchObject({
      channelType: "GROUP",
      text: expect.stringContaining("Hello bot"),
    });
  }, 60_000);

  test("also shows what other programs send, and the bots that the bridge has", async () => {
    const bots = await (await post("api/v3/bot/query.json", {})).json();
    expect(bots).toMatchObject({ code: 200, bots: [{ userId: "bot-demo" }] });
    const events = await watchIm();
    const { headers } = v.parse(signature, await (await post("sign", {})).json());
    const { bridgeUrl } = v.parse(session, await (await fetch(`${consoleUrl}/session.json`)).json());
    await fetch(`${bridgeUrl}/message/private/publish.json`, {
      method: "POST",
      headers,
      body: new URLSearchParams({
        fromUserId: "u-curl",
        toUserId: "bot-demo",
        objectName: "RC:TxtMsg",
        content: '{"content":"from curl"}',
      }),
    });
    await untilAnswered(events, "u-curl");
    expect(events.map(({ message: { text } }) => text)).toContain("from curl");
  }, 60_000);
});
