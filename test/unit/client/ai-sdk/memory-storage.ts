import type { TurnStorage } from "../../../../client/src/ai-sdk/index.ts";

export const memoryStorage = (): TurnStorage => {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
};
