import { randomUUID } from "node:crypto";
import type { JsonObject, JsonValue } from "./json.ts";
import { type Profile, parseProfile } from "./profile.ts";

export interface App {
  readonly key: string;
  readonly profile: Profile;
}

/** Every key that starts with `app-` is an app. */
export const makeApps = () => {
  const apps = new Map<string, App>();
  const configure = (key: string, profile: unknown): App => {
    const app = { key, profile: parseProfile(profile) };
    apps.set(key, app);
    return app;
  };
  const findApp = (key: string): App | undefined =>
    apps.get(key) ?? (key.startsWith("app-") ? configure(key, {}) : undefined);
  return { configure, findApp };
};

export interface StoredMessage {
  readonly id: string;
  /** App and end user; only they can find the message. */
  readonly owner: string;
  readonly conversationId: string | undefined;
  readonly inputs: JsonObject;
  readonly query: string;
  readonly createdAt: number;
  /** Empty until the run has ended; stays empty if it was abandoned. */
  answer: string;
  status: "normal" | "error" | "paused";
  rating: string | null;
  sources: JsonValue;
  /** The files of the question, and those of the answer. */
  files: readonly JsonObject[];
  /** False while its run waits in a queue: then Dify has neither the message nor, if it is new, its conversation. */
  isStored: boolean;
}

export const ownerOf = (app: App, user: string): string => `${app.key}\n${user}`;

/** A conversation exists while messages refer to it. */
export const makeMessages = () => {
  const messages = new Map<string, StoredMessage>();
  const storedBy = (owner: string): StoredMessage[] =>
    [...messages.values()].filter((each) => each.isStored && each.owner === owner);
  return {
    inConversation: (owner: string, id: string): StoredMessage[] =>
      storedBy(owner).filter(({ conversationId }) => conversationId === id),
    /** Newest first. */
    conversationsOf: (owner: string): StoredMessage[] => {
      const first = new Map<string, StoredMessage>();
      for (const message of storedBy(owner)) {
        const { conversationId } = message;
        if (conversationId !== undefined && !first.has(conversationId)) first.set(conversationId, message);
      }
      return [...first.values()].reverse();
    },
    removeConversation: (owner: string, id: string): boolean => {
      const removed = storedBy(owner).filter(({ conversationId }) => conversationId === id);
      for (const message of removed) messages.delete(message.id);
      return removed.length > 0;
    },
    find: (owner: string, id: string): StoredMessage | undefined => {
      const message = messages.get(id);
      return message?.owner === owner ? message : undefined;
    },
    add: (
      facts: Pick<StoredMessage, "owner" | "conversationId" | "inputs" | "query" | "createdAt" | "files">,
    ): StoredMessage => {
      const empty = { answer: "", status: "normal" as const, rating: null, sources: [], isStored: false };
      const message: StoredMessage = { id: randomUUID(), ...facts, ...empty };
      messages.set(message.id, message);
      return message;
    },
  };
};
