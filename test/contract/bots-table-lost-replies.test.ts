import { describe, expect, test } from "@jest/globals";
import type { BotStore, BotWithKeys } from "#core/bot/bot.ts";
import { botOf, testBots, updated } from "../support/bots.ts";
import { closeAfterEach } from "../support/close-after.ts";
import { losingReply } from "../support/losing-replies.ts";
import { difyIntegration, webhookIntegration } from "../support/turns.ts";

const { begin, table } = testBots();
const later = 1_767_225_999_999;
const chat = difyIntegration({ type: "dify_chat", apiKey: "app-secret-key-0001" });
const agent = difyIntegration({ type: "dify_agent" });
const { apiKey: _none, ...shown } = chat;
const wrongKey = { ...shown, maskedApiKey: "app-****9999" };
const before = botOf("one", { integrations: [chat] });
const after = (given: Partial<BotWithKeys>): BotWithKeys => ({ ...before, updatedAt: later, ...given });

interface Call {
  readonly ask: (store: BotStore, appKey: string) => Promise<unknown>;
  readonly answer: unknown;
  /** The app's bots afterwards. */
  readonly bots: readonly BotWithKeys[];
}

const calls: [string, Call][] = [
  [
    "creation",
    {
      ask: (store, appKey) => store.create(appKey, botOf("two"), 2),
      answer: "created",
      bots: [before, botOf("two")],
    },
  ],
  ["deletion", { ask: (store, appKey) => store.delete(appKey, "one"), answer: true, bots: [] }],
  [
    "update",
    {
      ask: (store, appKey) =>
        store.update(appKey, "one", { name: "new", integrations: [shown, agent] }, later),
      answer: updated,
      bots: [after({ name: "new", integrations: [chat, agent] })],
    },
  ],
  [
    "update with a key that does not match",
    {
      ask: (store, appKey) => store.update(appKey, "one", { name: "new", integrations: [wrongKey] }, later),
      answer: { status: "wrong_key", type: "dify_chat" },
      bots: [before],
    },
  ],
  [
    "addition of an integration",
    {
      ask: (store, appKey) => store.addIntegration(appKey, "one", webhookIntegration(), later),
      answer: "added",
      bots: [after({ integrations: [webhookIntegration(), chat] })],
    },
  ],
  [
    "update of an integration",
    {
      ask: (store, appKey) => store.updateIntegration(appKey, "one", "dify_chat", { stream: false }, later),
      answer: updated,
      bots: [after({ integrations: [{ ...chat, stream: false }] })],
    },
  ],
  [
    "removal of an integration",
    {
      ask: (store, appKey) => store.removeIntegration(appKey, "one", "dify_chat", later),
      answer: "removed",
      bots: [after({ integrations: [] })],
    },
  ],
  [
    "read of a page",
    {
      ask: async (store, appKey) => (await store.page(appKey, 1, 10)).total,
      answer: 1,
      bots: [before],
    },
  ],
];

describe("a bot store that lost any one reply", () => {
  test.each(calls)("answers the %s as if none had been lost", async (_name, { ask, answer, bots }) => {
    let lost = 0;
    for (;;) {
      const { store, storeWith, appKey, listedIds } = begin();
      await store.create(appKey, before, 2);
      const lossy = closeAfterEach(await losingReply(table(), lost + 1));
      const answered = await ask(storeWith({ client: lossy.client }), appKey);
      if (lossy.calls() <= lost) break;
      lost += 1;
      expect(answered).toEqual(answer);
      const found = await Promise.all(["one", "two"].map((userId) => store.findWithKeys(appKey, userId)));
      expect(found.filter((each) => each !== undefined)).toEqual(bots);
      expect(await listedIds()).toEqual(bots.map(({ userId }) => userId));
    }
    expect(lost).toBeGreaterThan(0);
  });
});
