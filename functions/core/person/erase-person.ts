import type { Clock } from "#core/shared/clock.ts";
import type { ConversationKey } from "#core/turn/conversation.ts";
import type { StoryStore } from "#core/turn/story-store.ts";
import {
  type AppModelsPorts,
  type BotModel,
  type FailedModel,
  failedModel,
  findAppModels,
  type KeepingModel,
} from "./person-models.ts";
import {
  conversationsOf,
  directConversation,
  type Person,
  type PersonRecords,
  type Removal,
} from "./person-records.ts";

export interface ErasePersonPorts extends AppModelsPorts {
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
  /** Set if the time had expired: the next call's `until`. */
  readonly continueUntil?: number | undefined;
  /** Turns that have not ended yet. */
  readonly inProgress: number;
  /** Models' servers that failed to erase. */
  readonly failed: readonly FailedModel[];
  /** Models' servers that keep answers and have no call that deletes them, and those of integrations that no longer exist. */
  readonly notErasable: readonly BotModel[];
}

export interface EraseLimits {
  /** Turns that were accepted at this time or later were erased by an earlier call. Milliseconds since the epoch, as the deadline. */
  readonly until: number;
  /** When the last step may begin. */
  readonly deadline: number;
}

/** Erases what the bridge and the models' servers store of a person. */
export type ErasePerson = (person: Person, limits: EraseLimits) => Promise<ErasedPerson>;

/** Calls at the same time. */
const atOnce = 10;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

export const makeErasePerson =
  ({ bots, models, stories, records, clock }: ErasePersonPorts): ErasePerson =>
  async (person, { until, deadline }) => {
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

    const seen = new Set<string>();
    /** Many turns lead to the same conversation. */
    const removeOnce = async (key: ConversationKey): Promise<Removal> => {
      const name = JSON.stringify(key);
      if (seen.has(name)) return "absent";
      seen.add(name);
      return records.removeConversation(key);
    };

    /**
     * Deletes the person's turns, newest first, and before each the conversation that only it leads to. `known`: the app's models
     * now; others are gone.
     */
    const eraseTurns = async (known: readonly BotModel[]) => {
      const turns: Removal[] = [];
      const conversations: Removal[] = [];
      const gone = new Map<string, BotModel>();
      // Other users' stories are among them, so the last one read counts, not the last one deleted.
      let last = until;
      const range = { appKey, fromUserId: userId, since: 0, until, withExpired: true };
      for await (const story of stories.newestFirst(range, Number.POSITIVE_INFINITY)) {
        if (isLate()) return { turns, conversations, gone, continueUntil: last };
        last = story.acceptedAt + 1;
        if (story.fromUserId !== userId) continue;
        const keys = conversationsOf(person, story);
        for (const { botUserId: bot, integrationType: type } of keys)
          if (!known.some((each) => each.bot === bot && each.type === type))
            gone.set(JSON.stringify([bot, type]), { bot, type });
        // All of them, also if the time expires meanwhile: nothing else leads to them.
        conversations.push(...(await Promise.all(keys.map(removeOnce))));
        turns.push(await records.removeTurn(story));
      }
      return { turns, conversations, gone, continueUntil: undefined };
    };

    const { keeping, unlisted, unreadable, all } = await findAppModels({ bots, models }, appKey);
    // First of all, so that no further turn of theirs begins over HTTP.
    await records.removeUser(person, all);
    const atModels = await Promise.all(
      keeping.map((model) => eraseAt(model).catch((error: unknown) => failedModel(model, error))),
    );
    const failed = [...unreadable, ...atModels.filter((each) => typeof each !== "number")];
    const direct = await inGroups(
      all.map((model) => directConversation(person, model)),
      removeOnce,
    );
    const { turns, conversations: others, gone, continueUntil } = await eraseTurns(all);
    const conversations = [...direct, ...others];

    const count = (removals: readonly Removal[], removal: Removal) =>
      removals.filter((each) => each === removal).length;
    const inProgress = count(turns, "busy");
    return {
      isComplete: !isLate() && failed.length === 0 && inProgress === 0 && count(conversations, "busy") === 0,
      erased: {
        turns: count(turns, "removed"),
        conversations: count(conversations, "removed"),
        modelConversations: sum(atModels.filter((each) => typeof each === "number")),
      },
      continueUntil,
      inProgress,
      failed,
      notErasable: [...unlisted, ...gone.values()],
    };
  };
