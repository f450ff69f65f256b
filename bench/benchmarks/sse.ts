import { createParser } from "eventsource-parser";
import { makeAskDify } from "#adapters/dify/ask-dify.ts";
import { difyTimeouts } from "#adapters/dify/dify-timeouts.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import type { Effort, Measurement } from "../suite/measurement.ts";
import { interleaved, median } from "../suite/statistics.ts";
import { turnOf } from "../turn.ts";

/** From the bytes of Dify's answer to deltas. The floor is what every client does: its event stream's parser and JSON.parse. */
const events = 20_000;
const pieceBytes = 16 * 1024;
const megabyte = 1024 * 1024;

const ids = {
  conversation_id: "65052f50-f7a1-4d36-a1f7-8d8bd7b5b3d4",
  message_id: "b5f51b1c-6a23-4b0a-9a8e-5f6c1d2e3f40",
  created_at: 1767225600,
  task_id: "0d6f3c62-93f2-4c1c-8f0e-3c7c7d1a2b3c",
};
const frame = (event: object): string => `data: ${JSON.stringify({ ...ids, ...event })}\n\n`;

const bytesOf = (count: number): Buffer => {
  const message = { event: "message", id: ids.message_id, from_variable_selector: ["llm", "text"] };
  const texts = Array.from({ length: count }, (_, n) => frame({ ...message, answer: `word${n} ` }));
  return Buffer.from([...texts, frame({ event: "message_end", id: ids.message_id, metadata: {} })].join(""));
};

export const measure = async (effort: Effort): Promise<readonly Measurement[]> => {
  const bytes = bytesOf(events);
  const pieces = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, n) =>
    bytes.subarray(n * pieceBytes, (n + 1) * pieceBytes),
  );
  const rateOf = async (work: () => Promise<number>): Promise<number> => {
    const startedAt = performance.now();
    const found = await work();
    if (found !== events) throw new Error(`${found} of ${events} deltas`);
    return bytes.length / megabyte / ((performance.now() - startedAt) / 1000);
  };

  const parse = async (): Promise<number> => {
    let found = 0;
    const parser = createParser({
      onEvent: ({ data }) => {
        if (JSON.parse(data).event === "message") found += 1;
      },
    });
    const decoder = new TextDecoder();
    for (const piece of pieces) parser.feed(decoder.decode(piece, { stream: true }));
    return found;
  };
  const { bot, event, integration } = turnOf("https://dify.example.com/v1", "u7", "hello");
  const answer = async function* () {
    yield* pieces;
  };
  const askDify = makeAskDify({
    sendHttp: async () => ({
      status: 200,
      headers: { "content-type": "text/event-stream" },
      body: answer(),
    }),
    clock,
    timeouts: difyTimeouts,
  });
  const read = async (): Promise<number> => {
    let found = 0;
    await askDify(
      { integration, text: "hello", files: [], event, bot, memory: undefined },
      ({ type }) => {
        if (type === "delta") found += 1;
      },
      { deadline: Number.POSITIVE_INFINITY, signal: new AbortController().signal },
    );
    return found;
  };

  const rounds = await interleaved(
    effort === "quick" ? 3 : 15,
    () => rateOf(read),
    () => rateOf(parse),
  );
  return [
    { name: "events to deltas", value: median(rounds.map(({ ours }) => ours)), unit: "MB/s" },
    {
      name: "the same against the parsers alone",
      value: median(rounds.map(({ ours, floor }) => ours / floor)),
      unit: "×",
      min: 0.6,
    },
  ];
};
