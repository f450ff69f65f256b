import { describe, expect, test } from "@jest/globals";
import type { StartPlatform } from "../../../bench/peers/platforms/platform.ts";
import { startSlack } from "../../../bench/peers/platforms/slack.ts";
import { startTelegram } from "../../../bench/peers/platforms/telegram.ts";
import type { Speed } from "../../../bench/peers/results.ts";
import { peersTables } from "../../../bench/peers/tables.ts";
import { closeAfterEach } from "../../support/close-after.ts";

/** Starts a platform, and returns how its bots call it, and the messages that a user has there. */
const start = async (startPlatform: StartPlatform) => {
  const texts = new Map<string, string>();
  const platform = closeAfterEach(
    await startPlatform((user, id, text) => {
      if (text === "") texts.delete(`${user} ${id}`);
      else texts.set(`${user} ${id}`, text);
    }),
  );
  const call = async (path: string, body: Record<string, unknown>): Promise<Record<string, unknown>> => {
    const response = await fetch(`${platform.url}${path}`, { method: "POST", body: JSON.stringify(body) });
    return (await response.json()) as Record<string, unknown>;
  };
  return { call, shown: () => [...texts.values()] };
};

describe("a user of the platforms that peers are measured with", () => {
  test("sees Slack's stream grow, and an edited message as it is now", async () => {
    const { call, shown } = await start(startSlack);
    const { ts } = await call("/api/chat.startStream", { channel: "D1001", markdown_text: "one " });
    await call("/api/chat.appendStream", { channel: "D1001", ts, markdown_text: "two " });
    const chunks = JSON.stringify([{ type: "markdown_text", text: "three" }]);
    await call("/api/chat.stopStream", { channel: "D1001", ts, chunks });
    expect(shown()).toEqual(["one two three"]);
    const message = await call("/api/chat.postMessage", { channel: "D1001", text: "…" });
    await call("/api/chat.update", { channel: "D1001", ts: message.ts, text: "whole" });
    expect(shown()).toEqual(["one two three", "whole"]);
  });

  test("sees Telegram's draft until its message takes its place", async () => {
    const { call, shown } = await start(startTelegram);
    await call("/bot1:bench/sendMessageDraft", { chat_id: "1001", draft_id: 7, text: "one" });
    expect(shown()).toEqual(["one"]);
    await call("/bot1:bench/sendRichMessage", { chat_id: "1001", rich_message: { markdown: "one two" } });
    expect(shown()).toEqual(["one two"]);
  });
});

describe("the tables", () => {
  const speed: Speed = {
    name: "Bot",
    rate: 5,
    first: { p50: 2.14, p95: 12.6 },
    end: { p50: 3, p95: 4 },
    wholeMs: 300,
    againstRelay: 1.1,
    late: 0,
    sent: 75,
    keepsUp: true,
  };
  const result = {
    versions: { Bot: "bot@1.0.0" },
    speed: [speed, { ...speed, rate: 20, againstRelay: 3, late: 7, sent: 300, keepsUp: false }],
    behaviour: [{ name: "Bot", situation: "the same message twice", seen: "answered once" }],
    leftOut: { Other: "python3 failed" },
  };

  test("show a bot's times, the rate that it keeps up with, and what came too late above", () => {
    const [, , row] = peersTables(result).split("\n");
    expect(row).toBe(
      "| Bot | 2.1 · 13 | 2.1 · 13 | 3.0 · 4.0 | 3.0 · 4.0 | 1.10 · 3.00 | 5/s | 7 of 300 at 20/s |",
    );
  });

  test("show what users see, versions, and who is left out", () => {
    expect(peersTables(result).split("\n").slice(4)).toEqual([
      "| bot | the same message twice |",
      "| --- | --- |",
      "| Bot | answered once |",
      "",
      "- Bot: bot@1.0.0",
      "- Other: left out (python3 failed)",
    ]);
  });
});
