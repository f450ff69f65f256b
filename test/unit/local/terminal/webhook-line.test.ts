import { describe, expect, test } from "@jest/globals";
import { describeWebhook } from "../../../../local/terminal/webhook-line.ts";

const envelope = { type: "message:private", data: { fromUserId: "user-001" } };

describe("a webhook is shown", () => {
  test.each([
    ["by its event and its sender", envelope, 200, "message:private from user-001"],
    ["by its event alone, of a happening without a sender", { type: "group:dismiss" }, 200, "group:dismiss"],
    ["with the answer that it got instead", envelope, 503, "message:private from user-001 (response 503)"],
    ["with its silence", envelope, undefined, "message:private from user-001 (no response)"],
    ["also where it is none", "<html>", 401, "unknown event (response 401)"],
  ])("%s", (_, given, status, line) => {
    expect(describeWebhook({ envelope: given, status })).toBe(line);
  });
});
