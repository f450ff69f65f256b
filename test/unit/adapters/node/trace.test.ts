import { expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  currentTrace,
  newTraceId,
  toTraceparent,
  traceHeaders,
  traceIdIn,
  withTrace,
} from "#adapters/node/trace.ts";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";

test.each([
  ["of version 00", `00-${traceId}-00f067aa0ba902b7-01`, traceId],
  ["of a later version, with more fields", `cc-${traceId}-00f067aa0ba902b7-01-what-comes`, traceId],
  ["of the invalid version", `ff-${traceId}-00f067aa0ba902b7-01`, undefined],
  ["with a trace id of zeros", `00-${"0".repeat(32)}-00f067aa0ba902b7-01`, undefined],
  ["with a span id of zeros", `00-${traceId}-${"0".repeat(16)}-01`, undefined],
  ["in upper case", `00-${traceId.toUpperCase()}-00f067aa0ba902b7-01`, undefined],
  ["cut off", `00-${traceId}-00f067aa`, undefined],
  ["that is missing", undefined, undefined],
])("the trace id of a traceparent %s", (_what, header, expected) => {
  expect(traceIdIn(header)).toBe(expected);
});

test("whatever the header, its trace id can be sent on, and one that is sent can be read", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\da-f-]{55}$/)), (header) => {
      const found = traceIdIn(header);
      if (found !== undefined) expect(traceIdIn(toTraceparent(found))).toBe(found);
    }),
  );
  expect(traceIdIn(toTraceparent(traceId))).toBe(traceId);
  expect(newTraceId()).toMatch(/^[\da-f]{32}$/);
});

test("work at the same time keeps its own trace, and a call is a span of it", async () => {
  const seen = await Promise.all(
    ["a", "b", "c"].map((requestId) =>
      withTrace({ requestId, traceId }, async () => {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
        return currentTrace()?.requestId;
      }),
    ),
  );
  expect(seen).toEqual(["a", "b", "c"]);
  expect(traceHeaders()).toEqual({});
  const spans = withTrace({ requestId: "a", traceId }, () => [traceHeaders(), traceHeaders()]);
  expect(spans.map(({ traceparent }) => traceIdIn(traceparent))).toEqual([traceId, traceId]);
  expect(spans[0]).not.toEqual(spans[1]);
});
