import { expect, test } from "@jest/globals";
import { failedMessageIds } from "../../../../local/aws/batch-item-failures.ts";

const messages = [{ MessageId: "a" }, { MessageId: "b" }];

const failedOf = (answer: unknown, reports = true) => [
  ...failedMessageIds({ kind: "value", payload: JSON.stringify(answer) }, messages, reports),
];

test.each<[string, unknown]>([
  ["null", null],
  ["an empty object", {}],
  ["an empty array", { batchItemFailures: [] }],
  ["a null array", { batchItemFailures: null }],
])("%s is a full success", (_name, answer) => {
  expect(failedOf(answer)).toEqual([]);
});

test.each<[string, unknown]>([
  ["an identifier of no message", { batchItemFailures: [{ itemIdentifier: "a" }, { itemIdentifier: "c" }] }],
  ["an empty identifier", { batchItemFailures: [{ itemIdentifier: "" }] }],
  ["a null identifier", { batchItemFailures: [{ itemIdentifier: null }] }],
  ["a misspelt key", { batchItemFailures: [{ id: "a" }] }],
  ["an array of strings", { batchItemFailures: ["a"] }],
  ["no array", { batchItemFailures: "a" }],
  ["text", "done"],
])("%s fails the whole batch", (_name, answer) => {
  expect(failedOf(answer)).toEqual(["a", "b"]);
});

test("reported items fail, and no others", () => {
  expect(failedOf({ batchItemFailures: [{ itemIdentifier: "b" }] })).toEqual(["b"]);
});

test("a mapping without reports ignores them", () => {
  expect(failedOf({ batchItemFailures: [{ itemIdentifier: "b" }] }, false)).toEqual([]);
});

test("a failed function fails the whole batch, with or without reports", () => {
  const outcome = { kind: "error", error: { errorType: "Error", errorMessage: "" } } as const;
  expect([...failedMessageIds(outcome, messages, false)]).toEqual(["a", "b"]);
});
