import { describe, expect, test } from "@jest/globals";
import { describeWebhook } from "../../../../local/terminal/webhook-line.ts";

const envelope = { type: "message:private", data: { fromUserId: "user-001" } };

describe("a webhook is shown", () => {
  test.each([
    ["with its event and its sender", envelope, 200, "message:private from user-001"],
    ["with only its event, if it has no sender", { type: "group:dismiss" }, 200, "group:dismiss"],
    [
      "with the reply if the webhook sent another one",
      envelope,
      503,
      "message:private from user-001 (response 503)",
    ],
    ["with the missing reply", envelope, undefined, "message:private from user-001 (no response)"],
    ["even if it is not an event", "<html>", 401, "unknown event (response 401)"],
  ])("%s", (_, given, status, line) => {
    expect(describeWebhook({ envelope: given, status })).toBe(line);
  });
});
