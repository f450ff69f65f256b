import { expect, test } from "@jest/globals";
import { answerFormat } from "#adapters/model-api/answer-format.ts";

test.each([
  ["text/event-stream", "events"],
  [" Text/Event-Stream; charset=utf-8", "events"],
  ["application/json", "json"],
  ["Application/JSON;charset=UTF-8", "json"],
  ["text/html", undefined],
  [undefined, undefined],
] as const)("a response of the type %j has its answer as %s", (type, format) => {
  expect(answerFormat({ headers: { "content-type": type } })).toBe(format);
});
