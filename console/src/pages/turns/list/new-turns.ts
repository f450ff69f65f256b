/** How long a turn counts as new, in milliseconds. */
const newForMs = 10_000;

/** Returns the turns that came after the first list, for a short time. */
export const makeNewTurns = () => {
  const firstSeenAt = new Map<string, number>();
  let isFirst = true;
  return (turns: readonly string[], now: number): ReadonlySet<string> => {
    for (const turn of turns) {
      if (!firstSeenAt.has(turn)) firstSeenAt.set(turn, isFirst ? Number.NEGATIVE_INFINITY : now);
    }
    isFirst = false;
    return new Set(turns.filter((turn) => now - (firstSeenAt.get(turn) ?? 0) < newForMs));
  };
};
