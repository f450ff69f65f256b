import { createParser } from "eventsource-parser";
import * as v from "valibot";
import type { Chunk, Invocation, RuntimeReply } from "./invocation.ts";

const preludeSchema = v.object({ statusCode: v.number(), headers: v.record(v.string(), v.string()) });

/** API Gateway's input for an HTTP reply. */
export interface StreamedReply extends v.InferOutput<typeof preludeSchema> {
  readonly body: readonly Chunk[];
}

const delimiter = Buffer.alloc(8);

/** Undefined until all of the prelude has arrived. @throws if there is none. */
export const readReply = (chunks: readonly Chunk[]): StreamedReply | undefined => {
  const all = Buffer.concat(chunks.map(({ bytes }) => bytes));
  const end = all.indexOf(delimiter);
  if (end === -1) return undefined;
  const prelude = v.parse(preludeSchema, JSON.parse(all.subarray(0, end).toString()));
  let bytesToSkip = end + delimiter.length;
  const body = chunks.flatMap(({ at, bytes }) => {
    const rest = bytes.subarray(bytesToSkip);
    bytesToSkip = Math.max(0, bytesToSkip - bytes.length);
    return rest.length > 0 ? [{ at, bytes: rest }] : [];
  });
  return { ...prelude, body };
};

export const textOf = (chunks: readonly Chunk[]): string =>
  Buffer.concat(chunks.map(({ bytes }) => bytes)).toString();

export interface TimedEvent {
  /** When its last byte arrived. */
  readonly at: number;
  readonly id: string | undefined;
  readonly type: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

const eventData = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown()));

/** The server-sent events of an answer that have arrived so far. */
export const eventsIn = (chunks: readonly Chunk[]): TimedEvent[] => {
  const events: TimedEvent[] = [];
  const decoder = new TextDecoder();
  let now = 0;
  const parser = createParser({
    onEvent: ({ id, event, data }) => {
      events.push({ at: now, id, type: event, data: v.parse(eventData, data) });
    },
  });
  for (const { at, bytes } of readReply(chunks)?.body ?? []) {
    now = at;
    parser.feed(decoder.decode(bytes, { stream: true }));
  }
  return events;
};

export interface WholeReply extends StreamedReply {
  readonly reply: RuntimeReply;
  /** Of the body. */
  readonly text: string;
}

/** The whole answer to an event. @throws if it is not streamed, or has no prelude. */
export const wholeReply = async ({ replied }: Invocation): Promise<WholeReply> => {
  const reply = await replied;
  const streamed = reply.kind === "response" ? readReply(reply.chunks) : undefined;
  if (!streamed) throw new Error(`no streamed answer: ${reply.kind} ${textOf(reply.chunks)}`);
  return { ...streamed, reply, text: textOf(streamed.body) };
};

/** The events of a whole answer. */
export const wholeEvents = async (invocation: Invocation): Promise<TimedEvent[]> =>
  eventsIn((await wholeReply(invocation)).reply.chunks);
