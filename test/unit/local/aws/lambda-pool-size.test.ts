import { expect, test } from "@jest/globals";
import { poolSize } from "../../../../local/aws/lambda/pool-size.ts";

const worker = { name: "Worker", reservedConcurrency: undefined };
const mapping = { queueArn: "", batchSize: 1, reportsBatchItemFailures: true };
const eventSourceMappings = [
  { ...mapping, functionName: "Worker", maximumConcurrency: 10 },
  { ...mapping, functionName: "Worker", maximumConcurrency: 3 },
  { ...mapping, functionName: "Other", maximumConcurrency: 50 },
];
const sizeOf = (reservedConcurrency: number | undefined, invocationsPerThread: number) =>
  poolSize({ ...worker, reservedConcurrency }, { eventSourceMappings }, invocationsPerThread);

test("a function has one thread of many invocations, and more when it is full", () => {
  expect(sizeOf(undefined, 64)).toEqual({ minimum: 1, maximum: 10, perThread: 64 });
});

test.each([
  [1, { maximum: 1, perThread: 1 }],
  [40, { maximum: 1, perThread: 40 }],
  [150, { maximum: 3, perThread: 50 }],
  [300, { maximum: 5, perThread: 60 }],
])("with %i reserved it runs no more at the same time", (reserved, size) => {
  expect(sizeOf(reserved, 64)).toEqual({ minimum: 1, ...size });
});

test("one at a time, it has two threads or more, and enough for all of its mappings", () => {
  expect(sizeOf(undefined, 1)).toEqual({ minimum: 2, maximum: 13, perThread: 1 });
  expect(sizeOf(1, 1)).toEqual({ minimum: 1, maximum: 1, perThread: 1 });
});
