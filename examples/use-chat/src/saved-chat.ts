import type { BotUIMessage } from "@bot-bridge/client/ai-sdk";

// The transport resumes the answer that a reload interrupted. The messages before it are the page's to keep.

export const chatId: string = sessionStorage.getItem("chat-id") ?? crypto.randomUUID();
sessionStorage.setItem("chat-id", chatId);

export const savedMessages = (): BotUIMessage[] => JSON.parse(sessionStorage.getItem("messages") ?? "[]");

export const saveMessages = (messages: readonly BotUIMessage[]): void =>
  sessionStorage.setItem("messages", JSON.stringify(messages));
