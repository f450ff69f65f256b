import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import { createParser } from "eventsource-parser";
import fc from "fast-check";
import { makeEventResponse } from "#adapters/lambda-stream/event-response.ts";
import { type ChatEvent, chatErrorCodes } from "#core/chat/chat-event.ts";
import type { DescribedChatEvent } from "../../openapi/chat-events.ts";
import { documentFile } from "../../openapi/document-file.ts";
import { operations } from "../../openapi/operations.ts";
import { anyEvent } from "../support/chat/any-events.ts";
import { makeTestClock } from "../support/test-clock.ts";

const document = JSON.parse(readFileSync(documentFile, "utf8"));

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
ajv.addVocabulary(["components", "discriminator"]);
const validate = ajv.compile({
  $ref: "#/components/schemas/ChatEvent",
  components: document.components,
});

/** What a client of the stream reads, with `data` parsed. */
const readStream = (text: string): object[] => {
  const events: object[] = [];
  createParser({
    onEvent: ({ id, event, data }) => void events.push({ id, event, data: JSON.parse(data) }),
  }).feed(text);
  return events;
};

/** The text of a stream with one event, as the functions write it. */
const streamOf = async (event: ChatEvent): Promise<string> => {
  const response = makeEventResponse(makeTestClock());
  await response.emit(event, "1.0.0");
  response.end();
  const chunks: Buffer[] = [];
  for await (const chunk of response.body) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
};

/** An event as the functions emit it, from its description. */
type AsEmitted<E> = E extends { event: "file"; data: infer File }
  ? { type: "file"; file: File }
  : E extends { event: infer Type; data: infer Data }
    ? { type: Type } & Data
    : never;

/** A type once it has been through JSON, which omits properties that are undefined. */
type AsJson<T> = T extends readonly (infer Item)[]
  ? AsJson<Item>[]
  : T extends object
    ? { -readonly [K in keyof T]: AsJson<Exclude<T[K], undefined>> }
    : T;

type Same<A, B> =
  (<T>() => T extends A ? "yes" : "no") extends <T>() => T extends B ? "yes" : "no" ? true : false;

describe("the description of a chat stream", () => {
  test("has the fields of the events that the functions emit, and no others", () => {
    // The type check fails if an event or a field differs.
    const isSame: Same<AsJson<ChatEvent>, AsJson<AsEmitted<DescribedChatEvent>>> = true;
    expect(isSame).toBe(true);
  });

  test("accepts every event that the functions write", async () => {
    await fc.assert(
      fc.asyncProperty(anyEvent, async (event) => {
        const [read] = readStream(await streamOf(event));
        expect(validate(read) ? [] : validate.errors).toEqual([]);
        expect(read).toMatchObject({ event: event.type });
      }),
    );
  });

  test.each(chatErrorCodes)("accepts the error code %s", async (code) => {
    const [read] = readStream(await streamOf({ type: "error", code, message: "failed", retryable: true }));
    expect(validate(read) ? [] : validate.errors).toEqual([]);
  });

  test("refuses an event whose data belongs to another event", () => {
    expect(validate({ id: "1.0.0", event: "start", data: { content: "Hello" } })).toBe(false);
  });

  const streams = operations.filter(({ streamExample }) => streamExample !== undefined);

  test.each(streams)("accepts every event in the example of $id", ({ path, method }) => {
    const { schema, example } = document.paths[path][method].responses[200].content["text/event-stream"];
    expect(schema.contentSchema).toEqual({
      type: "array",
      items: { $ref: "#/components/schemas/ChatEvent" },
    });
    const events = readStream(example);
    expect(events.filter((event) => !validate(event))).toEqual([]);
    expect(events.length).toBeGreaterThan(1);
    expect(events.at(-1)).toMatchObject({ event: "end" });
  });
});
