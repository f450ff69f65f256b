import { effect, type Signal, signal } from "@preact/signals";

const read = (key: string): unknown => {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    // Storage is blocked, or holds what another version wrote.
    return null;
  }
};

/**
 * A signal that this browser keeps between visits. `parse` returns the value to begin with: for null, if nothing is kept, and for
 * whatever another version may have kept.
 */
export const storedSignal = <T>(key: string, parse: (kept: unknown) => T): Signal<T> => {
  const name = `bot-bridge.${key}`;
  const stored = signal(parse(read(name)));
  effect(() => {
    const value = JSON.stringify(stored.value);
    try {
      localStorage.setItem(name, value);
    } catch {
      // The value is then kept until the page closes.
    }
  });
  return stored;
};
