import { randomUUID } from "node:crypto";
import type { JsonObject, JsonValue } from "../json.ts";

export interface StoredMessage {
  readonly id: string;
  readonly appKey: string;
  readonly user: string;
  readonly conversationId: string | undefined;
  readonly parentId: string | undefined;
  readonly inputs: JsonObject;
  readonly query: string;
  readonly createdAt: number;
  /** Stays "" when the run was abandoned (A8-8). */
  answer: string;
  error: string | undefined;
  rating: string | undefined;
  retrieverResources: readonly JsonValue[];
}

export interface Conversation {
  readonly id: string;
  readonly appKey: string;
  readonly user: string;
  readonly name: string;
  readonly introduction: string;
  readonly inputs: JsonObject;
  readonly createdAt: number;
  updatedAt: number;
  readonly messages: StoredMessage[];
}

export type NewMessage = Pick<StoredMessage, "appKey" | "user" | "inputs" | "query">;

export interface Conversations {
  readonly open: (
    facts: Pick<Conversation, "appKey" | "user" | "name" | "introduction" | "inputs">,
  ) => Conversation;
  /** A5: only its own user and app find a conversation. */
  readonly find: (appKey: string, user: string, id: string) => Conversation | undefined;
  readonly list: (appKey: string, user: string) => readonly Conversation[];
  readonly remove: (conversation: Conversation) => void;
  readonly addMessage: (message: NewMessage, conversation: Conversation | undefined) => StoredMessage;
  readonly findMessage: (appKey: string, user: string, id: string) => StoredMessage | undefined;
}

export const nowInSeconds = (): number => Math.floor(Date.now() / 1_000);

export const makeConversations = (): Conversations => {
  const conversations = new Map<string, Conversation>();
  const messages = new Map<string, StoredMessage>();
  return {
    open: (facts) => {
      const now = nowInSeconds();
      const conversation = { ...facts, id: randomUUID(), createdAt: now, updatedAt: now, messages: [] };
      conversations.set(conversation.id, conversation);
      return conversation;
    },
    find: (appKey, user, id) => {
      const conversation = conversations.get(id.toLowerCase());
      return conversation?.appKey === appKey && conversation.user === user ? conversation : undefined;
    },
    list: (appKey, user) =>
      [...conversations.values()]
        .filter((conversation) => conversation.appKey === appKey && conversation.user === user)
        .sort((one, other) => other.updatedAt - one.updatedAt),
    remove: (conversation) => {
      conversations.delete(conversation.id);
      for (const message of conversation.messages) {
        messages.delete(message.id);
      }
    },
    addMessage: (facts, conversation) => {
      const message: StoredMessage = {
        ...facts,
        id: randomUUID(),
        conversationId: conversation?.id,
        parentId: conversation?.messages.at(-1)?.id,
        createdAt: nowInSeconds(),
        answer: "",
        error: undefined,
        rating: undefined,
        retrieverResources: [],
      };
      messages.set(message.id, message);
      conversation?.messages.push(message);
      if (conversation !== undefined) conversation.updatedAt = message.createdAt;
      return message;
    },
    findMessage: (appKey, user, id) => {
      const message = messages.get(id);
      return message?.appKey === appKey && message.user === user ? message : undefined;
    },
  };
};
