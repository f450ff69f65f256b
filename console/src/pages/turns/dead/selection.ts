/** The selected ids that are still in the list. */
export const selectedAmong = (ids: readonly string[], selected: ReadonlySet<string>): readonly string[] =>
  ids.filter((id) => selected.has(id));

export const toggle = (selected: ReadonlySet<string>, id: string): ReadonlySet<string> =>
  selected.has(id) ? new Set([...selected].filter((each) => each !== id)) : new Set([...selected, id]);
