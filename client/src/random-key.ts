const anyBytes = (count: number): Uint8Array => {
  const bytes = new Uint8Array(count);
  if (globalThis.crypto !== undefined) return crypto.getRandomValues(bytes);
  // React Native. A key has only to differ from the same user's others; nobody gets anything by guessing it.
  return bytes.map(() => Math.floor(Math.random() * 256));
};

/** 128 random bits. Unlike `randomUUID`, this also works on pages without https. */
export const randomKey = (): string =>
  Array.from(anyBytes(16), (byte) => byte.toString(16).padStart(2, "0")).join("");
