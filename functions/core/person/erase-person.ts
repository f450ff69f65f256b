import type { Models } from "#core/answer/model.ts";
import type { BotStore } from "#core/bot/bot.ts";
import type { Clock } from "#core/shared/clock.ts";
import { BridgeError, type ErrorCode } from "#core/shared/errors.ts";
import type { ConversationKey } from "#core/turn/conversation.ts";
import type { StoryStore } from "#core/turn/story-store.ts";
import { type BotModel, findAppModels, type KeepingModel } from "./person-models.ts";
import {
  conversationOf,
  directConversation,
  type Person,
  type PersonRecords,
  type Removal,
} from "./person-records.ts";

export interface ErasePersonPorts {
  readonly bots: Pick<BotStore, "ids" | "findWithKeys">;
  readonly models: Models;
  readonly stories: Pick<StoryStore, "newestFirst">;
  readonly records: PersonRecords;
  readonly clock: Clock;
}

export interface ErasedPerson {
  /** Whether nothing is left that can be erased. Otherwise the call is to be repeated. */
  readonly isComplete: boolean;
  /** What this call erased. */
  readonly erased: {
    readonly turns: number;
    readonly conversations: number;
    /** Of models' servers. */
    readonly modelConversations: number;
  };
  /** Turns that have not ended yet. */
  readonly inProgress: number;
  /** Models' servers that did not do it. */
  readonly failed: readonly Failure[];
  /** Models' servers that keep answers, and have no call that deletes them. */
  readonly notErasable: readonly BotModel[];
}

/** Erases what the bridge and the models' servers store of a person. `deadline`: in milliseconds since the epoch. */
export type ErasePerson = (person: Person, deadline: number) => Promise<ErasedPerson>;

/** Calls at the same time. */
const atOnce = 10;

type Failure = BotModel & { readonly reason: ErrorCode };

const failureOf = ({ bot, type }: BotModel, error: unknown): Failure => {
  if (error instanceof BridgeError) return { bot, type, reason: error.code };
  throw error;
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

export const makeErasePerson =
  ({ bots, models, stories, records, clock }: ErasePersonPorts): ErasePerson =>
  async (person, deadline) => {
    const { appKey, userId } = person;
    const isLate = () => clock.now() >= deadline;

    const inGroups = async <T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> => {
      const results: R[] = [];
      for (let first = 0; first < items.length && !isLate(); first += atOnce)
        results.push(...(await Promise.all(items.slice(first, first + atOnce).map(work))));
      return results;
    };

    /** Deletes the first page until there is none: a page after a deleted conversation cannot be asked for. */
    const eraseAt = async ({ integration, history }: KeepingModel): Promise<number> => {
      const removed = new Set<string>();
      while (!isLate()) {
        const { items } = await history.conversations(integration, userId, undefined);
        const left = items.filter(({ id }) => !removed.has(id));
        if (left.length === 0) break;
        await inGroups(left, async ({ id }) => {
          await history.remove(integration, userId, id);
          removed.add(id);
        });
      }
      return removed.size;
    };

    /** Deletes the person's turns, and returns what became of each, and the conversations that they were part of. */
    const eraseTurns = async () => {
      const removals: Removal[] = [];
      const conversations: ConversationKey[] = [];
      const range = { appKey, fromUserId: userId, since: 0, until: Number.MAX_SAFE_INTEGER };
      for await (const story of stories.newestFirst(range, Number.POSITIVE_INFINITY)) {
        if (isLate()) break;
        if (story.fromUserId !== userId) continue;
        conversations.push(...conversationOf(person, story));
        removals.push(await records.removeTurn(story));
      }
      return { removals, conversations };
    };

    const { keeping, unlisted, all } = await findAppModels({ bots, models }, appKey);
    // First of all, so that no further turn of theirs begins over HTTP.
    await records.removeUser(person, all);
    const atModels = await Promise.all(
      keeping.map((model) => eraseAt(model).catch((error: unknown) => failureOf(model, error))),
    );
    const failed = atModels.filter((each) => typeof each !== "number");
    const turns = await eraseTurns();
    const keys = [...all.map((model) => directConversation(person, model)), ...turns.conversations];
    const distinct = new Map(keys.map((key) => [JSON.stringify(key), key]));
    const conversations = await inGroups([...distinct.values()], records.removeConversation);

    const count = (removals: readonly Removal[], removal: Removal) =>
      removals.filter((each) => each === removal).length;
    const inProgress = count(turns.removals, "busy");
    return {
      isComplete: !isLate() && failed.length === 0 && inProgress === 0 && count(conversations, "busy") === 0,
      erased: {
        turns: count(turns.removals, "removed"),
        conversations: count(conversations, "removed"),
        modelConversations: sum(atModels.filter((each) => typeof each === "number")),
      },
      inProgress,
      failed,
      notErasable: unlisted,
    };
  };
