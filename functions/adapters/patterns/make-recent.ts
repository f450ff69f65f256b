/** Keeps what was made for the keys asked for most recently, `most` of them; makes anew what it no longer has. */
export const makeRecent = <V extends object>(most: number) => {
  const kept = new Map<string, V>();
  return (key: string, make: () => V): V => {
    const value = kept.get(key) ?? make();
    kept.delete(key);
    kept.set(key, value);
    const [oldest] = kept.keys();
    if (kept.size > most && oldest !== undefined) kept.delete(oldest);
    return value;
  };
};
