const mask = "****";

/** For shorter keys, four characters would reveal too much. */
const minRevealedLength = 16;

/** The prefixes of Dify's (`app-`) and OpenAI's (`sk-`) keys: they identify the provider, not the key. */
const knownPrefix = /^(app|sk)-/;

/** Returns for example `app-****3f9c`: enough to distinguish keys, too little to use them. */
export const maskKey = (key: string): string => {
  const [prefix = ""] = knownPrefix.exec(key) ?? [];
  return `${prefix}${mask}${key.length < minRevealedLength ? "" : key.slice(-4)}`;
};

/** Whether the key is masked: real keys do not contain these asterisks. */
export const isMasked = (key: string): boolean => key.includes(mask);
