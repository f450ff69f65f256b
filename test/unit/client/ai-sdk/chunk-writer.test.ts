import { describe, expect, test } from "@jest/globals";
import { readUIMessageStream } from "ai";
import fc from "fast-check";
import { makeChunkWriter } from "../../../../client/src/ai-sdk/chunk-writer.ts";
import { describeError } from "../../../../client/src/ai-sdk/describe-error.ts";
import type { BotChunk, BotMessageParts, BotUIMessage } from "../../../../client/src/ai-sdk/ui-message.ts";
import { type AnswerEnd, type AnswerEvent, BotError } from "../../../../client/src/index.ts";
import { anyContent } from "../../../support/chat/any-events.ts";
import { collect } from "../../../support/chat/collect.ts";

interface Run {
  readonly events: readonly AnswerEvent[];
  /** Why the answer failed; undefined if it did not. */
  readonly failure?: BotError | undefined;
}

interface Place {
  readonly earlier: BotMessageParts;
  readonly hasEarlier: boolean;
}

const chunksOf = ({ events, failure }: Run, place: Place): BotChunk[] => {
  const writer = makeChunkWriter({ ...place, requestId: () => "request-1" });
  const written = events.flatMap((event) => [...writer.write(event)]);
  return failure ? [...written, ...writer.fail(describeError(failure))] : written;
};

/** The message that the AI SDK makes of the chunks, and the errors it reports. */
const readBy = async (
  chunks: readonly BotChunk[],
  message?: BotUIMessage,
): Promise<{ readonly message: BotUIMessage | undefined; readonly errors: readonly string[] }> => {
  const errors: string[] = [];
  const stream = new ReadableStream<BotChunk>({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(structuredClone(chunk));
      controller.close();
    },
  });
  const states = await collect(
    readUIMessageStream<BotUIMessage>({
      stream,
      onError: (error) => errors.push(String(error)),
      ...(message && { message: structuredClone(message) }),
    }),
  );
  return { message: states.at(-1), errors };
};

const alone: Place = { earlier: [], hasEarlier: true };

const textOf = (parts: BotMessageParts, type: "text" | "reasoning"): string =>
  parts.flatMap((part) => (part.type === type ? [part.text] : [])).join("");

const nothing = () => ({ reasoning: "", files: [] as string[] });

/** What the bridge has said by these events. */
const saidBy = (events: readonly AnswerEvent[]) => {
  const said = { text: "", ...nothing(), sources: 0 };
  for (const event of events) {
    if (event.type === "delta") said.text += event.content;
    if (event.type === "reasoning") said.reasoning += event.content;
    if (event.type === "file") said.files.push(event.file.url);
    if (event.type === "replace") Object.assign(said, { text: event.content }, event.all && nothing());
    if (event.type === "end") said.sources = event.sources.length;
  }
  return said;
};

const start: AnswerEvent = { type: "start", turn: "t1", conversation: "trip" };
const plainEnd: AnswerEnd = {
  type: "end",
  text: "",
  stopped: false,
  paused: false,
  form: null,
  prompt: null,
  truncated: null,
  usage: null,
  sources: [],
};
const delta = (content: string): AnswerEvent => ({ type: "delta", content, text: "" });
const reasoning = (content: string): AnswerEvent => ({ type: "reasoning", content, reasoning: "" });
const lost = new BotError("connection failed", { code: "connection_lost", retryable: true });

const anyMiddle: fc.Arbitrary<AnswerEvent> = fc.oneof(
  { weight: 4, arbitrary: anyContent.map(delta) },
  { weight: 2, arbitrary: anyContent.map(reasoning) },
  fc
    .tuple(anyContent, fc.boolean())
    .map(([content, all]) => ({ type: "replace" as const, content, text: content, all })),
  fc.webUrl().map((url): AnswerEvent => ({ type: "file", file: { type: "image", url, name: null } })),
  fc.constant<AnswerEvent>({ type: "retrying", attempt: 1, delayMs: 250, error: lost }),
);
const anySource = fc.record(
  { dataset: anyContent, document: anyContent, content: anyContent, score: fc.double(), url: fc.webUrl() },
  { requiredKeys: [] },
);
const anyEnd = fc
  .record({
    stopped: fc.boolean(),
    paused: fc.boolean(),
    truncated: fc.constantFrom(null, "length", "content_filter", "other"),
    usage: fc.option(fc.record({ totalTokens: fc.nat() })),
    sources: fc.array(anySource, { maxLength: 3 }),
    form: fc.option(
      fc.constant({ id: "f1", text: "May I?", fields: [], actions: [{ id: "yes", title: "Yes" }] }),
    ),
  })
  .map((given): AnswerEvent => ({ ...plainEnd, ...given }));

/** A run up to any of its events. */
const anyRun: fc.Arbitrary<Run> = fc.record({
  events: fc
    .tuple(fc.array(anyMiddle, { maxLength: 12 }), fc.option(anyEnd))
    .map(([middle, end]) => [start, ...middle, ...(end ? [end] : [])]),
});

describe("the chunks of an answer", () => {
  test("make the AI SDK show exactly the bridge's text, reasoning, files and sources at any moment", async () => {
    await fc.assert(
      fc.asyncProperty(anyRun, async (run) => {
        const { message, errors } = await readBy(chunksOf(run, alone));
        const parts = message?.parts ?? [];
        const said = saidBy(run.events);
        expect(errors).toEqual([]);
        expect(message?.id).toBe("t1");
        expect(textOf(parts, "text")).toBe(said.text);
        expect(textOf(parts, "reasoning")).toBe(said.reasoning);
        expect(parts.flatMap((part) => (part.type === "file" ? [part.url] : []))).toEqual(said.files);
        expect(parts.filter(({ type }) => type.startsWith("source-"))).toHaveLength(said.sources);
        // One document: Markdown that a file or a thought interrupts stays whole.
        expect(parts.filter(({ type }) => type === "text").length).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("of a run that continues an answer add to its message, and a replay makes the same message", async () => {
    await fc.assert(
      fc.asyncProperty(anyRun, anyRun, async (first, second) => {
        const { message } = await readBy(chunksOf(first, alone));
        const earlier = message?.parts ?? [];
        const live = await readBy(chunksOf(second, { earlier, hasEarlier: true }), message);
        const replayed = await readBy(chunksOf(second, { earlier, hasEarlier: false }));
        const parts = live.message?.parts ?? [];
        expect(textOf(parts, "text")).toBe(saidBy(first.events).text + saidBy(second.events).text);
        const shown = (of: BotMessageParts | undefined) =>
          of?.map(({ type, ...part }) => ({ type, ...("text" in part ? { text: part.text } : part) }));
        expect(shown(replayed.message?.parts)).toEqual(shown(parts));
      }),
      { numRuns: 50 },
    );
  });

  test("close the parts that were open before an error, and keep them", async () => {
    const run = { events: [start, reasoning("Hm."), delta("Half an")], failure: lost };
    const { message, errors } = await readBy(chunksOf(run, alone));
    expect(errors).toEqual(["Error: The connection was lost. Try again."]);
    expect(message?.parts).toMatchObject([
      { type: "step-start" },
      { type: "reasoning", text: "Hm.", state: "done" },
      { type: "text", text: "Half an", state: "done" },
    ]);
  });

  test("end reasoning when the text begins, so that pages can fold it", () => {
    const types = chunksOf({ events: [start, reasoning("Hm."), delta("Yes.")] }, alone).map(
      ({ type }) => type,
    );
    expect(types).toEqual([
      "start",
      "start-step",
      "reasoning-start",
      "reasoning-delta",
      "reasoning-end",
      "text-start",
      "text-delta",
    ]);
  });

  test("keep what is no text if the text is replaced, as when it turns out to be reasoning", async () => {
    const replace: AnswerEvent = { type: "replace", content: "", text: "", all: false };
    const events = [start, delta("Hm, let me see."), reasoning("Hm, let me see."), replace, delta("Yes.")];
    const { message } = await readBy(chunksOf({ events }, alone));
    expect(message?.parts).toMatchObject([
      { type: "step-start" },
      { type: "reasoning", text: "Hm, let me see.", state: "done" },
      { type: "text", text: "Yes." },
    ]);
  });

  test.each([
    [{}, { type: "finish", finishReason: "stop" }],
    [{ truncated: "length" }, { type: "finish", finishReason: "length" }],
    [{ truncated: "content_filter" }, { type: "finish", finishReason: "content-filter" }],
    [{ truncated: "new reason" }, { type: "finish", finishReason: "other" }],
    [{ paused: true }, { type: "finish", finishReason: "other" }],
    [{ stopped: true }, { type: "abort", reason: "stopped" }],
  ])("say why the answer ended: %j", (given, last) => {
    const chunks = chunksOf({ events: [start, { ...plainEnd, ...given }] }, alone);
    expect(chunks.at(-1)).toMatchObject(last);
  });

  test("give usage and ids as the message's metadata", async () => {
    const end = { ...plainEnd, usage: { totalTokens: 7 } };
    const { message } = await readBy(chunksOf({ events: [start, end] }, alone));
    expect(message?.metadata).toEqual({
      turn: "t1",
      conversation: "trip",
      requestId: "request-1",
      stopped: false,
      paused: false,
      truncated: null,
      usage: { totalTokens: 7 },
    });
  });

  test("link a source only to the web, and name it otherwise", async () => {
    const sources = [
      { document: "Manual.pdf", dataset: "Manuals", content: "Press the button.", score: 0.9 },
      { document: "FAQ", url: "https://example.com/faq" },
      { url: "javascript:alert(1)" },
    ];
    const { message } = await readBy(chunksOf({ events: [start, { ...plainEnd, sources }] }, alone));
    expect(message?.parts.slice(1)).toMatchObject([
      {
        type: "source-document",
        title: "Manual.pdf",
        providerMetadata: { "bot-bridge": { dataset: "Manuals", content: "Press the button.", score: 0.9 } },
      },
      { type: "source-url", title: "FAQ", url: "https://example.com/faq" },
      { type: "source-document", title: "Source" },
    ]);
  });

  test.each([
    [lost, "connection"],
    [new BotError("HTTP 502", { code: 502, status: 502, retryable: true }), "connection"],
    [new BotError("in progress", { code: 409, status: 409, retryable: true }), "busy"],
    [new BotError("too many", { code: 429, status: 429, retryable: true }), "busy"],
  ])("say why the call is tried again, without adding to the message: %s", async (error, reason) => {
    const retrying: AnswerEvent = { type: "retrying", attempt: 2, delayMs: 500, error };
    const chunks = chunksOf({ events: [start, retrying, delta("Hi")] }, alone);
    expect(chunks).toContainEqual({
      type: "data-retrying",
      transient: true,
      data: { attempt: 2, delayMs: 500, reason },
    });
    const { message } = await readBy(chunks);
    expect(message?.parts.map(({ type }) => type)).toEqual(["step-start", "text"]);
  });
});
