import { modelTypes } from "#core/bot/integration-types.ts";
import type { GuardedUser } from "#core/chat/user-guard.ts";
import type { ConversationKey } from "#core/turn/conversation.ts";
import type { TurnStory } from "#core/turn/turn-story.ts";
import type { BotModel } from "./person-models.ts";

/** The user of an app whose data are exported or erased. */
export type Person = GuardedUser;

/** "busy": a turn is in progress. */
export type Removal = "removed" | "absent" | "busy";

/** Deletes what the bridge stores of a person. Each call may be repeated. */
export interface PersonRecords {
  /** Deletes a turn that has ended: its record, the stored pieces of its answer, and the recall of its message. */
  removeTurn(story: TurnStory): Promise<Removal>;
  /** Deletes a conversation. If it is busy, its memory is deleted, and its record stays for now. */
  removeConversation(key: ConversationKey): Promise<Removal>;
  /**
   * Revokes the person's tokens and deletes their profile, slots, and counts with these models. The time of the revocation stays
   * until the tokens have expired: otherwise they would be valid again.
   */
  removeUser(person: Person, models: readonly BotModel[]): Promise<void>;
}

/** The conversation that the person has with the bot in the IM. */
export const directConversation = ({ appKey, userId }: Person, { bot, type }: BotModel): ConversationKey => ({
  appKey,
  botUserId: bot,
  integrationType: type,
  channelType: "PERSON",
  targetId: bot,
  senderId: userId,
});

/**
 * The person's own conversations that a turn may have been part of. One that a group shares is not theirs alone. A turn whose
 * process died may not know its integration.
 */
export const conversationsOf = (person: Person, story: TurnStory): ConversationKey[] => {
  const { bot, channelType, targetId, conversation } = story;
  const known = story.ending?.integration ?? story.integration;
  if (known === "webhook") return [];
  return (known === undefined ? modelTypes : [known]).map((type) => {
    const direct = directConversation(person, { bot, type });
    if (channelType === "GROUP") return { ...direct, channelType, targetId };
    return conversation === undefined ? direct : { ...direct, name: conversation };
  });
};
