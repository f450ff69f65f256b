/** How long after the first time the second one was; the same in both languages. */
export const after = (start: number, end: number | undefined): string => {
  if (end === undefined) return "";
  const ms = end - start;
  return ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`;
};
