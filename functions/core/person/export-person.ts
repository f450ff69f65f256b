import type { KeptMessage } from "#core/answer/model.ts";
import type { UserProfile, UserProfiles } from "#core/chat/user-profile.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Conversation, ConversationKey, ConversationStore } from "#core/turn/conversation.ts";
import { readStories, withTexts } from "#core/turn/find-stories.ts";
import type { StoryStore, StoryWithText } from "#core/turn/story-store.ts";
import type { TurnStory } from "#core/turn/turn-story.ts";
import {
  type AppModelsPorts,
  type BotModel,
  type FailedModel,
  failedModel,
  findAppModels,
  isFrom,
  type KeepingModel,
} from "./person-models.ts";
import { conversationsOf, directConversation, type Person } from "./person-records.ts";

export interface ExportPersonPorts extends AppModelsPorts {
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
  | { readonly kind: "turn"; readonly story: StoryWithText }
  /** A question and its answer that a model's server keeps. */
  | {
      readonly kind: "message";
      readonly model: BotModel;
      readonly conversationId: string;
      readonly message: KeptMessage;
    }
  /** A model's server that did not answer. */
  | { readonly kind: "failed"; readonly model: FailedModel }
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
      /** The last message that was exported of the conversation that follows. */
      readonly before?: string | undefined;
    };

type ModelsPosition = Extract<ExportPosition, { readonly in: "models" }>;
/** Within the conversations of a model. */
type ModelPosition = Pick<ModelsPosition, "after" | "before">;

export interface ExportedPage {
  readonly items: readonly ExportedItem[];
  /** Undefined: this is the last page. */
  readonly next: ExportPosition | undefined;
}

/**
 * Returns a page of what the bridge and the models' servers store of a person, from the position on; undefined: from the first.
 * `deadline`: when the last step may begin, in milliseconds since the epoch.
 */
export type ExportPerson = (
  person: Person,
  position: ExportPosition | undefined,
  deadline: number,
) => Promise<ExportedPage>;

/** A page ends once it has this many items or characters of messages: a response has at most 6 MB. */
const itemsPerPage = 100;
const charactersPerPage = 500_000;

export const makeExportPerson = ({
  bots,
  models,
  stories,
  conversations,
  profiles,
  clock,
}: ExportPersonPorts): ExportPerson => {
  const toItems = async (keys: readonly ConversationKey[]): Promise<ExportedItem[]> => {
    const distinct = [...new Map(keys.map((key) => [JSON.stringify(key), key])).values()];
    const found = await Promise.all(
      distinct.map(async (key) => ({ key, conversation: await conversations.find(key) })),
    );
    return found.flatMap(({ key, conversation }) =>
      conversation ? [{ kind: "conversation", key, conversation } as const] : [],
    );
  };

  /** The profile, and the conversations that the person has with bots in the IM. */
  const exportUser = async (person: Person): Promise<ExportedPage> => {
    const { all } = await findAppModels({ bots, models }, person.appKey);
    const [profile, direct] = await Promise.all([
      profiles.find(person),
      toItems(all.map((model) => directConversation(person, model))),
    ]);
    return {
      items: [...(profile ? [{ kind: "profile", profile } as const] : []), ...direct],
      next: { in: "turns", until: Number.MAX_SAFE_INTEGER },
    };
  };

  /** Turns with their texts, and the other conversations that they were part of. */
  const toTurnItems = async (person: Person, page: readonly TurnStory[]): Promise<ExportedItem[]> => {
    const others = page
      .flatMap((story) => conversationsOf(person, story))
      .filter(({ channelType, name }) => channelType === "GROUP" || name !== undefined);
    const stored = await withTexts(stories, person.appKey, page);
    return [...(await toItems(others)), ...stored.map((story) => ({ kind: "turn", story }) as const)];
  };

  const exportTurns = async (person: Person, until: number, deadline: number): Promise<ExportedPage> => {
    const { appKey, userId } = person;
    const { stories: page, continueUntil } = await readStories(
      stories,
      { appKey, fromUserId: userId, since: 0, until },
      ({ fromUserId }) => fromUserId === userId,
      { isFull: (_read, found) => found >= itemsPerPage || clock.now() >= deadline },
    );
    return {
      items: await toTurnItems(person, page),
      next: continueUntil === undefined ? { in: "models" } : { in: "turns", until: continueUntil },
    };
  };

  /** Messages of one model, and where its next page begins; undefined: these were the last. */
  const exportModel = async (
    { integration, history, bot, type }: KeepingModel,
    userId: string,
    from: ModelPosition,
    deadline: number,
  ): Promise<{ readonly items: ExportedItem[]; readonly next: ModelPosition | undefined }> => {
    const items: ExportedItem[] = [];
    let { after, before } = from;
    let characters = 0;
    // At least one step, so that a slow server does not stop the export.
    let steps = 0;
    const isFull = () =>
      steps > 0 &&
      (items.length >= itemsPerPage || characters >= charactersPerPage || clock.now() >= deadline);
    for (;;) {
      const page = await history.conversations(integration, userId, after);
      for (const { id } of page.items) {
        do {
          if (isFull()) return { items, next: { after, before } };
          steps += 1;
          const messages = await history.messages(integration, userId, id, before);
          for (const message of messages.items) {
            items.push({ kind: "message", model: { bot, type }, conversationId: id, message });
            characters += message.question.length + message.answer.length;
          }
          before = messages.next;
        } while (before !== undefined);
        after = id;
      }
      if (page.next === undefined) return { items, next: undefined };
    }
  };

  const exportModels = async (
    { appKey, userId }: Person,
    { model: from, ...position }: ModelsPosition,
    deadline: number,
  ): Promise<ExportedPage> => {
    const { keeping, unlisted, unreadable } = await findAppModels({ bots, models }, appKey);
    const [model, following] = keeping.filter((each) => from === undefined || isFrom(each, from));
    const withoutMessages: ExportedItem[] =
      from === undefined
        ? [
            ...unlisted.map((each) => ({ kind: "not_listed", model: each }) as const),
            ...unreadable.map((each) => ({ kind: "failed", model: each }) as const),
          ]
        : [];
    if (!model) return { items: withoutMessages, next: undefined };
    const { bot, type } = model;
    const next: ExportPosition | undefined = following && {
      in: "models",
      model: { bot: following.bot, type: following.type },
    };
    try {
      const exported = await exportModel(model, userId, position, deadline);
      return {
        items: [...withoutMessages, ...exported.items],
        next: exported.next ? { in: "models", model: { bot, type }, ...exported.next } : next,
      };
    } catch (error) {
      return { items: [...withoutMessages, { kind: "failed", model: failedModel(model, error) }], next };
    }
  };

  return (person, position, deadline) => {
    if (!position) return exportUser(person);
    return position.in === "turns"
      ? exportTurns(person, position.until, deadline)
      : exportModels(person, position, deadline);
  };
};
