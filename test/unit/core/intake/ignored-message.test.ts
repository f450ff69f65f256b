import { expect, test } from "@jest/globals";
import { furthest, makeReportIgnored } from "#core/intake/ignored-message.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { makeMemoryMetrics } from "../../../support/memory-metrics.ts";
import { pseudonymOf } from "../../../support/pseudonyms.ts";
import { messageEvent } from "../../../support/turns.ts";

test("a message that triggers nothing is logged with its reason and counted by it, without its sender's id or its text", () => {
  const [log, metrics] = [makeMemoryLog(), makeMemoryMetrics()];
  const report = makeReportIgnored({ log, metrics, pseudonymOf });
  const event = messageEvent({ fromUserId: "u7", msgUID: "m1" });
  report({ appKey: "app-one", event, botUserId: "bot-off", reason: "disabled" });
  expect(log.lines).toEqual([
    {
      level: "info",
      event: "message_ignored",
      fields: {
        app: "app-one",
        bot: "bot-off",
        msgUID: "m1",
        user: "7u of app-one",
        eventType: "message:private",
        objectName: "RC:TxtMsg",
        reason: "disabled",
      },
    },
  ]);
  expect(metrics.counts).toEqual([{ name: "MessageIgnored", dimensions: { reason: "disabled" } }]);
});

test("of several integrations the one that was closest to being triggered says why", () => {
  expect(furthest(["disabled", "filter", "event"])).toBe("filter");
  expect(furthest([])).toBe("no_integration");
});
