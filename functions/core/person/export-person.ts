import type { KeptMessage, Models } from "#core/answer/model.ts";
import type { BotStore } from "#core/bot/bot.ts";
import type { UserProfile, UserProfiles } from "#core/chat/user-profile.ts";
import type { Clock } from "#core/shared/clock.ts";
import { BridgeError, type ErrorCode } from "#core/shared/errors.ts";
import {
  type Conversation,
  type ConversationKey,
  type ConversationStore,
  conversationLifeMs,
} from "#core/turn/conversation.ts";
import type { StoryStore, ToldStory } from "#core/turn/story-store.ts";
import { type BotModel, findAppModels, isFrom, type KeepingModel } from "./person-models.ts";
import { conversationOf, directConversation, type Person } from "./person-records.ts";

export interface ExportPersonPorts {
  readonly bots: Pick<BotStore, "ids" | "findWithKeys">;
  readonly models: Models;
  readonly stories: StoryStore;
  readonly conversations: Pick<ConversationStore, "find">;
  readonly profiles: Pick<UserProfiles, "find">;
  readonly clock: Clock;
}

/** A part of what is stored of a person. */
export type ExportedItem =
  | { readonly kind: "profile"; readonly profile: UserProfile }
  | {
      readonly kind: "conversation";
      readonly key: ConversationKey;
      readonly conversation: Omit<Conversation, "memory"> & { readonly turns: number };
    }
  | { readonly kind: "turn"; readonly story: ToldStory }
  /** A question and its answer that a model's server keeps. */
  | {
      readonly kind: "message";
      readonly model: BotModel;
      readonly conversationId: string;
      readonly message: KeptMessage;
    }
  /** A model's server that did not answer. */
  | { readonly kind: "failed"; readonly model: BotModel; readonly reason: ErrorCode }
  /** A model's server that keeps answers, and has no call that lists them. */
  | { readonly kind: "not_listed"; readonly model: BotModel };

/** Where the next page of an export begins. */
export type ExportPosition =
  /** With the turns accepted before this time, in milliseconds since the epoch. */
  | { readonly in: "turns"; readonly until: number }
  | {
      readonly in: "models";
      /** Undefined: the first. */
      readonly model?: BotModel | undefined;
      /** The last conversation that was exported as a whole. */
      readonly after?: string | undefined;
    };

export interface ExportedPage {
  readonly items: readonly ExportedItem[];
  /** Undefined: this is the last page. */
  readonly next: ExportPosition | undefined;
}

/** Returns a page of what the bridge and the models' servers store of a person, from the position on; undefined: from the first. */
export type ExportPerson = (person: Person, position: ExportPosition | undefined) => Promise<ExportedPage>;

/** A page has about this many items: texts of up to 16 KB each must fit into a response of 6 MB. */
const itemsPerPage = 100;

const codeOf = (error: unknown): ErrorCode => {
  if (error instanceof BridgeError) return error.code;
  throw error;
};

export const makeExportPerson = ({
  bots,
  models,
  stories,
  conversations,
  profiles,
  clock,
}: ExportPersonPorts): ExportPerson => {
  /** The conversations of the last day, in which each that still exists had a turn. */
  const exportUser = async (person: Person): Promise<ExportedPage> => {
    const { appKey, userId } = person;
    const now = clock.now();
    const { all } = await findAppModels({ bots, models }, appKey);
    const keys = all.map((model) => directConversation(person, model));
    const range = {
      appKey,
      fromUserId: userId,
      since: now - 2 * conversationLifeMs,
      until: Number.MAX_SAFE_INTEGER,
    };
    for await (const story of stories.newestFirst(range, itemsPerPage))
      if (story.fromUserId === userId) keys.push(...conversationOf(person, story));
    const distinct = [...new Map(keys.map((key) => [JSON.stringify(key), key])).values()];
    const [profile, found] = await Promise.all([
      profiles.find(person),
      Promise.all(distinct.map(async (key) => ({ key, conversation: await conversations.find(key) }))),
    ]);
    return {
      items: [
        ...(profile ? [{ kind: "profile", profile } as const] : []),
        ...found.flatMap(({ key, conversation }) =>
          conversation ? [{ kind: "conversation", key, conversation } as const] : [],
        ),
      ],
      next: { in: "turns", until: Number.MAX_SAFE_INTEGER },
    };
  };

  const exportTurns = async ({ appKey, userId }: Person, until: number): Promise<ExportedPage> => {
    const page: ToldStory[] = [];
    let last: number | undefined;
    for await (const story of stories.newestFirst(
      { appKey, fromUserId: userId, since: 0, until },
      itemsPerPage,
    )) {
      // Between two times, so that the next page repeats none and leaves none out.
      if (page.length >= itemsPerPage && story.acceptedAt !== last) {
        return { items: await told(appKey, page), next: { in: "turns", until: story.acceptedAt + 1 } };
      }
      if (story.fromUserId !== userId) continue;
      page.push(story);
      last = story.acceptedAt;
    }
    return { items: await told(appKey, page), next: { in: "models" } };
  };

  /** With their texts, which the index does not have. */
  const told = (appKey: string, page: readonly ToldStory[]): Promise<ExportedItem[]> =>
    Promise.all(
      page.map(async (story) => ({
        kind: "turn",
        story: (await stories.find(appKey, story.turn)) ?? story,
      })),
    );

  const messagesOf = async (
    { integration, history, bot, type }: KeepingModel,
    userId: string,
    conversationId: string,
  ): Promise<ExportedItem[]> => {
    const messages: KeptMessage[] = [];
    let before: string | undefined;
    do {
      const page = await history.messages(integration, userId, conversationId, before);
      messages.unshift(...page.items);
      before = page.next;
    } while (before !== undefined);
    return messages.map((message) => ({ kind: "message", model: { bot, type }, conversationId, message }));
  };

  /** A few conversations of one model. */
  const exportModel = async (
    model: KeepingModel,
    userId: string,
    after: string | undefined,
  ): Promise<{ readonly items: ExportedItem[]; readonly after: string | undefined }> => {
    const { integration, history } = model;
    const items: ExportedItem[] = [];
    const page = await history.conversations(integration, userId, after);
    for (const [index, { id }] of page.items.entries()) {
      items.push(...(await messagesOf(model, userId, id)));
      const isLast = index === page.items.length - 1;
      if (items.length >= itemsPerPage) return { items, after: isLast ? page.next : id };
    }
    return { items, after: page.next };
  };

  const exportModels = async (
    { appKey, userId }: Person,
    position: ExportPosition & { readonly in: "models" },
  ): Promise<ExportedPage> => {
    const { keeping, unlisted } = await findAppModels({ bots, models }, appKey);
    const { model: from, after } = position;
    const [model, following] = keeping.filter((each) => from === undefined || isFrom(each, from));
    const isFirst = from === undefined;
    const notListed = isFirst ? unlisted.map((each) => ({ kind: "not_listed", model: each }) as const) : [];
    if (!model) return { items: notListed, next: undefined };
    const { bot, type } = model;
    const next: ExportPosition | undefined = following && {
      in: "models",
      model: { bot: following.bot, type: following.type },
    };
    try {
      const exported = await exportModel(model, userId, after);
      return {
        items: [...notListed, ...exported.items],
        next:
          exported.after === undefined ? next : { in: "models", model: { bot, type }, after: exported.after },
      };
    } catch (error) {
      return { items: [...notListed, { kind: "failed", model: { bot, type }, reason: codeOf(error) }], next };
    }
  };

  return (person, position) => {
    if (!position) return exportUser(person);
    return position.in === "turns" ? exportTurns(person, position.until) : exportModels(person, position);
  };
};
