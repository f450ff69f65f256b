import type { KeptMessage, Model, ModelHistory, Models } from "#core/answer/model.ts";
import type { BotWithKeys } from "#core/bot/bot.ts";
import type { Person } from "#core/person/person-records.ts";
import { BridgeError } from "#core/shared/errors.ts";
import type { TurnStory } from "#core/turn/turn-story.ts";
import { sameModel } from "../../../support/models.ts";
import { bot, difyIntegration } from "../../../support/turns.ts";

export const person: Person = { appKey: "app-one", userId: "u7" };

export const storyAt = (acceptedAt: number, more: Partial<TurnStory> = {}): TurnStory => ({
  channel: "http",
  appKey: person.appKey,
  bot: "bot-one",
  integration: "dify_chat",
  fromUserId: person.userId,
  channelType: "PERSON",
  targetId: person.userId,
  conversation: `named-${acceptedAt}`,
  msgUID: `m${acceptedAt}`,
  turn: `turn-${acceptedAt}`,
  acceptedAt,
  ...more,
});

/** Stories in memory, read as the table reads them. */
export const storiesOf = (all: readonly TurnStory[]) => ({
  newestFirst: async function* ({ since, until }: { readonly since: number; readonly until: number }) {
    const inRange = all.filter(({ acceptedAt }) => acceptedAt >= since && acceptedAt < until);
    yield* inRange.toSorted((one, other) => other.acceptedAt - one.acceptedAt);
  },
  find: async (_appKey: string, turn: string) => all.find((story) => story.turn === turn),
});

const difyBot = (id: string, apiKey: string): BotWithKeys =>
  bot({ userId: id, integrations: [difyIntegration({ type: "dify_chat", apiKey })] });

/** Bots whose keys can be read, but for those whose key is empty. */
export const botsOf = (keys: Readonly<Record<string, string>>) => ({
  ids: async () => new Set(Object.keys(keys)),
  find: async (_appKey: string, ids: readonly string[]) => ids.map((id) => difyBot(id, "app-masked")),
  findWithKeys: async (_appKey: string, id: string) => {
    if (keys[id] === "") throw new BridgeError("internal", "there is no such data key");
    return difyBot(id, keys[id] ?? "");
  },
});

/** A Dify that keeps these messages, by app and conversation, newest conversation first. */
export const modelsOf = (
  kept: Readonly<Record<string, Record<string, KeptMessage[]>>>,
  pageSize = 2,
): Models => {
  const history: ModelHistory = {
    lists: ["dify_chat"],
    conversations: async ({ apiKey }, _userId, after) => {
      const ids = Object.keys(kept[apiKey] ?? {});
      const first = after === undefined ? 0 : ids.indexOf(after) + 1;
      const items = ids.slice(first, first + pageSize).map((id) => ({ id, name: id, startedAt: 0 }));
      return { items, next: first + pageSize < ids.length ? items.at(-1)?.id : undefined };
    },
    messages: async ({ apiKey }, _userId, conversationId, before) => {
      const all = kept[apiKey]?.[conversationId] ?? [];
      const end = before === undefined ? all.length : all.findIndex(({ id }) => id === before);
      const items = all.slice(Math.max(0, end - pageSize), end);
      return { items, next: end > pageSize ? items[0]?.id : undefined };
    },
    remove: async ({ apiKey }, _userId, conversationId) => {
      delete kept[apiKey]?.[conversationId];
    },
  };
  const model: Model = { ask: async () => ({ status: "answered" }), history };
  return sameModel(model);
};
