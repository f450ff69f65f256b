import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseRecording, rechunk } from "../../../../local/dify/recordings.ts";
import { allRecordings } from "../../../support/recordings.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("the reader of recordings", () => {
  test.each(allRecordings())("leaves nothing of the format in %s", (_, { body, status, contentType }) => {
    expect(body.toString("utf8")).not.toMatch(/^\[(?:head |EOF )?\+|^[<>] /m);
    expect([status, contentType]).toEqual([
      expect.any(Number),
      expect.stringMatching(/^(?:text|application)\//),
    ]);
  });

  test("returns every byte, whatever the read sizes were", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme", minLength: 1 })), (reads) => {
        const frames = reads.map((text) => `data: ${JSON.stringify(text)}\n\n`);
        const file = [
          '> POST /chat-messages\n> {"query":"hi"}\n< 200\n< content-type: text/event-stream\n[head +1ms]\n',
          ...frames.map((each, index) => `[+${index}ms]\n${each}`),
          "\n[EOF +99ms]\n",
        ];
        expect(parseRecording(Buffer.from(file.join("")))).toMatchObject({
          path: "/v1/chat-messages",
          requestBody: '{"query":"hi"}',
          status: 200,
          contentType: "text/event-stream",
          body: Buffer.from(frames.join("")),
        });
      }),
    );
  });

  test("rejects anything else with its own error", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => parseRecording(Buffer.from(text))).toThrow("not a recording");
      }),
    );
  });
});

describe("a replayed recording", () => {
  test("keeps every byte in its place, in chunks that are never empty", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
        const chunks = rechunk(bytes);
        expect(Buffer.concat(chunks)).toEqual(Buffer.from(bytes));
        expect(chunks.every((chunk) => chunk.length > 0)).toBe(true);
      }),
    );
  });

  test("is cut inside characters, so that decoding chunk by chunk fails", () => {
    const decoded = rechunk(encode("你好，👋".repeat(20))).map((chunk) => new TextDecoder().decode(chunk));
    expect(decoded.join("")).toContain("\ufffd");
  });
});
