const mask = "****";

/** Four characters of a shorter key would be too much of it. */
const shortestShown = 16;

/** `app-****3f9c`: enough to tell a key from another, too little to use it. */
export const maskKey = (key: string): string => {
  const prefix = key.startsWith("app-") ? "app-" : "";
  return `${prefix}${mask}${key.length < shortestShown ? "" : key.slice(-4)}`;
};

/** Whether a key is the masked form of one: no key of Dify's has asterisks. */
export const isMasked = (key: string): boolean => key.includes(mask);
