import * as v from "valibot";
import { storedSignal } from "../../stored-signal.ts";

const stored = v.record(v.string(), v.array(v.string()));

/** The names of conversations that this browser has begun, by bot and user: the bridge does not list them. */
const names = storedSignal<Readonly<Record<string, readonly string[]>>>("conversations", (kept) => {
  const parsed = v.safeParse(stored, kept);
  return parsed.success ? parsed.output : {};
});

const keyOf = (botId: string, userId: string): string => JSON.stringify([botId, userId]);

export const namesOf = (botId: string, userId: string): readonly string[] =>
  names.value[keyOf(botId, userId)] ?? [];

export const addName = (botId: string, userId: string, name: string): void => {
  const known = namesOf(botId, userId);
  if (!known.includes(name)) names.value = { ...names.value, [keyOf(botId, userId)]: [...known, name] };
};

export const removeName = (botId: string, userId: string, name: string): void => {
  names.value = {
    ...names.value,
    [keyOf(botId, userId)]: namesOf(botId, userId).filter((each) => each !== name),
  };
};
