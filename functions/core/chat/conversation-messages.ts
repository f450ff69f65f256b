import {
  type Models,
  modelFor,
  type Rating,
  type TranscriptMessage,
  type TranscriptRange,
  type Transcripts,
} from "#core/answer/model.ts";
import { showStoredAnswer } from "#core/answer/show-stored-answer.ts";
import type { BotStore, BotWithKeys } from "#core/bot/bot.ts";
import { canAnswer, type ModelIntegrationWithKey } from "#core/bot/integration.ts";
import type { Clock } from "#core/shared/clock.ts";
import { callerError } from "#core/shared/errors.ts";
import type { Conversation, ConversationStore } from "#core/turn/conversation.ts";
import { unknownBot } from "./chat-access.ts";
import { latestConversation, ownConversationKey } from "./chat-conversations.ts";
import { type ChatFile, toChatFile } from "./chat-event.ts";
import type { ChatUser } from "./chat-user.ts";
import { writeMessageTurn } from "./message-turn.ts";

export interface ConversationMessagesPorts {
  readonly bots: Pick<BotStore, "findWithKeys">;
  readonly conversations: Pick<ConversationStore, "read">;
  readonly models: Models;
  readonly clock: Pick<Clock, "now">;
}

/** A question and its answer, as the user has seen them. */
export interface ChatMessage {
  readonly id: string;
  /** Names the answer for `TurnFeedback`; null if the model takes no feedback. */
  readonly turn: string | null;
  readonly question: string;
  readonly answer: string;
  /** Milliseconds since the epoch; null if unknown. */
  readonly askedAt: number | null;
  readonly rating: Rating | null;
  /** Those that the answer does not link to. */
  readonly files: readonly ChatFile[];
}

/** `messages`: oldest first. */
export interface ChatMessages {
  readonly messages: readonly ChatMessage[];
  readonly hasMore: boolean;
}

/**
 * Reads the messages of a user's conversation with a bot, the newest or those before one. Rejects with a BridgeError:
 * `not_found` for an unknown bot or conversation, `conflict` if the bot's models have no conversations, `bad_parameter` for an
 * unknown message.
 */
export type ReadConversationMessages = (
  user: ChatUser,
  botUserId: string,
  name: string | undefined,
  range: TranscriptRange,
) => Promise<ChatMessages>;

/** In milliseconds. After that, no further page is read; the function has 28 seconds. */
const maxReadMs = 12_000;
/** Of a reply, as JSON. Lambda allows 6 MB. */
const maxReplyBytes = 4 * 1024 * 1024;
/** In UTF-16 code units, of a question and of an answer. As JSON, both together take less than 6 MB in any case. */
const maxTextCharacters = 256 * 1024;

interface ReadableIntegration {
  readonly integration: ModelIntegrationWithKey;
  readonly transcripts: Transcripts;
}

const cut = (text: string): string =>
  text.length > maxTextCharacters ? text.slice(0, maxTextCharacters).toWellFormed() : text;

export const makeConversationMessages = ({
  bots,
  conversations,
  models,
  clock,
}: ConversationMessagesPorts): ReadConversationMessages => {
  const readableOf = (bot: BotWithKeys): readonly ReadableIntegration[] =>
    bot.integrations.filter(canAnswer).flatMap((integration) => {
      const { transcripts } = modelFor(models, integration);
      return transcripts?.types.includes(integration.type) ? [{ integration, transcripts }] : [];
    });

  const toChatMessage = async (
    integration: ModelIntegrationWithKey,
    { id, question, askedAt, rating, ...stored }: TranscriptMessage,
  ): Promise<ChatMessage> => {
    const { type: integrationType, options } = integration;
    const { showThinking = false, thinkingTags } = options;
    const model = modelFor(models, integration);
    const resolveLink = (url: string): string => model.resolveLink?.(integration, url) ?? url;
    const { answer, files } = await showStoredAnswer(stored, { resolveLink, showThinking, thinkingTags });
    return {
      id,
      turn: model.referenceTo ? writeMessageTurn({ integrationType, messageId: id }) : null,
      question: cut(question),
      answer: cut(answer),
      askedAt: askedAt ?? null,
      rating,
      files: files.map(toChatFile),
    };
  };

  /** The newest messages of the range that a reply has room for. */
  const collect = async (
    { integration, transcripts }: ReadableIntegration,
    { memory }: Conversation,
    range: TranscriptRange,
  ): Promise<ChatMessages> => {
    const lastReadAt = clock.now() + maxReadMs;
    const newestFirst: ChatMessage[] = [];
    const page = (hasMore: boolean): ChatMessages => ({ messages: newestFirst.toReversed(), hasMore });
    let bytes = 0;
    let { before } = range;
    for (;;) {
      const limit = range.limit - newestFirst.length;
      const { items, next } = await transcripts.read(integration, memory, { limit, before });
      for (const item of items.toReversed()) {
        const message = await toChatMessage(integration, item);
        bytes += Buffer.byteLength(JSON.stringify(message));
        if (newestFirst.length > 0 && bytes > maxReplyBytes) return page(true);
        newestFirst.push(message);
      }
      const isEnough = newestFirst.length >= range.limit || clock.now() >= lastReadAt;
      if (next === undefined || isEnough) return page(next !== undefined);
      before = next;
    }
  };

  return async (user, botUserId, name, range) => {
    const bot = await bots.findWithKeys(user.appKey, botUserId);
    if (!bot) throw unknownBot();
    const readable = readableOf(bot);
    if (readable.length === 0) {
      throw callerError(
        "conflict",
        "conversation: the bot's integrations keep no messages; completion apps and workflows have no conversations",
      );
    }
    const found = await Promise.all(
      readable.map(async (each) => {
        const key = ownConversationKey(user, botUserId, each.integration.type, name);
        const conversation = await conversations.read(key);
        return conversation && { ...each, conversation, startedAt: conversation.startedAt };
      }),
    );
    const latest = latestConversation(found);
    return collect(latest, latest.conversation, range);
  };
};
