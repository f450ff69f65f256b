import { describe, expect, test } from "@jest/globals";
import { reasonKindOf } from "../../../../console/src/pages/turns/dead/reason-kind.ts";
import { selectedAmong, toggle } from "../../../../console/src/pages/turns/dead/selection.ts";

test.each([
  ["unreachable", "unreachable"],
  ["timeout", "timeout"],
  ["circuit open after timeouts, endpoint not called", "timeout"],
  ["address not public", "not_public"],
  ["HTTP 401", "rejected"],
  ["HTTP 302", "rejected"],
  ["HTTP 503", "server_error"],
  ["the worker crashed or timed out 10 times", "crashed"],
  ["no worker completed it", "crashed"],
  ["internal error (TimeoutError)", "internal"],
  ["something new", "other"],
])("the reason %j is explained as %s", (reason, kind) => {
  expect(reasonKindOf(reason)).toBe(kind);
});

describe("the selection", () => {
  test("changes by one", () => {
    expect(toggle(new Set(["a"]), "b")).toEqual(new Set(["a", "b"]));
    expect(toggle(new Set(["a", "b"]), "b")).toEqual(new Set(["a"]));
  });

  test("has only letters that are still there, in the order of the list", () => {
    expect(selectedAmong(["c", "a"], new Set(["a", "gone", "c"]))).toEqual(["c", "a"]);
  });
});
