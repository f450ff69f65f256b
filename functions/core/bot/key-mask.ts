const mask = "****";

/** Four characters of a shorter key would be too much of it. */
const minShownLength = 16;

/** What providers put before their keys, such as `app-` (Dify) and `sk-` (OpenAI): it says what a key is for, not which it is. */
const knownPrefix = /^(app|sk)-/;

/** `app-****3f9c`: enough to tell one key from another, too little to use it. */
export const maskKey = (key: string): string => {
  const [prefix = ""] = knownPrefix.exec(key) ?? [];
  return `${prefix}${mask}${key.length < minShownLength ? "" : key.slice(-4)}`;
};

/** Whether a key is in its masked form: no real key has these asterisks. */
export const isMasked = (key: string): boolean => key.includes(mask);
