import { describe, expect, test } from "@jest/globals";
import type { ChatTransport, UIMessageChunk } from "ai";
import { type BotUIMessage, createBotTransport } from "../../../../client/src/ai-sdk/index.ts";
import { collect } from "../../../support/chat/collect.ts";
import { echo, end } from "../../../support/chat/fake-chat.ts";
import { eventually } from "../../../support/eventually.ts";
import { useChats } from "../chats.ts";
import { memoryStorage } from "./memory-storage.ts";

// For readers of the streams other than the AI SDK's Chat, which drops what comes after it aborts.

const chats = useChats();
const question: BotUIMessage = { id: "m1", role: "user", parts: [{ type: "text", text: "one two three" }] };
const read = (stream: ReadableStream<UIMessageChunk> | null): Promise<UIMessageChunk[]> =>
  collect(stream ?? new ReadableStream());

describe("a reader of the transport's streams", () => {
  const open = (): ChatTransport<BotUIMessage> =>
    createBotTransport({ bot: chats().bot(), storage: memoryStorage() });
  const ask = (transport: ChatTransport<BotUIMessage>, abortSignal?: AbortSignal) =>
    transport.sendMessages({
      trigger: "submit-message",
      chatId: "trip",
      messageId: undefined,
      messages: [question],
      abortSignal,
    });

  test("asks nothing with a signal that has aborted", async () => {
    expect(await read(await ask(open(), AbortSignal.abort()))).toEqual([]);
    expect(chats().fake.requests()).toEqual([]);
  });

  test("gets the end of an answer that it stops", async () => {
    chats().fake.script((content) => [...echo(content, 1_000), end]);
    const stop = new AbortController();
    const chunks: UIMessageChunk[] = [];
    for await (const chunk of await ask(open(), stop.signal)) {
      chunks.push(chunk);
      if (chunk.type === "text-delta") stop.abort();
    }
    expect(chunks.at(-1)).toEqual({ type: "abort", reason: "stopped" });
  });

  test("of a resumed answer that it aborts gets no error", async () => {
    chats().fake.script((content) => [...echo(content, 1_000), end]);
    const transport = open();
    const first = (await ask(transport)).getReader();
    await eventually(async () => expect((await first.read()).value?.type).toBe("text-delta"));
    const stop = new AbortController();
    const resumed = await transport.reconnectToStream({ chatId: "trip", abortSignal: stop.signal });
    stop.abort();
    expect((await read(resumed)).map(({ type }) => type)).not.toContain("error");
    await first.cancel();
  });
});
