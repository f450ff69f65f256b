/** The ways in which a text may fit a filter. */
export const keywordKinds = ["contains", "startsWith", "endsWith", "equals"] as const;
export const filterKinds = [...keywordKinds, "matches"] as const;

export type KeywordKind = (typeof keywordKinds)[number];
export type FilterKind = (typeof filterKinds)[number];

/** What a message's text must have for its integration to fire: any one entry of any list. */
export type KeywordFilter = { readonly [kind in FilterKind]?: readonly string[] };

/** Whether a text fits any of the regular expressions; one that is none fits nothing. Never takes long. */
export type MatchesPattern = (patterns: readonly string[], text: string) => boolean;

export type MatchesFilter = (filter: KeywordFilter, text: string) => boolean;

/**
 * The same for texts that differ in case alone, or in how an accent is written down. Lower case first and upper case then,
 * for neither alone takes `ß` for `ẞ` and `ς` for `Σ`.
 */
const fold = (text: string): string => text.toLowerCase().toUpperCase().normalize("NFC");

const matchesKeyword: Readonly<Record<KeywordKind, (text: string, keyword: string) => boolean>> = {
  contains: (text, keyword) => text.includes(keyword),
  startsWith: (text, keyword) => text.startsWith(keyword),
  endsWith: (text, keyword) => text.endsWith(keyword),
  equals: (text, keyword) => text === keyword,
};

/** Letter case counts in regular expressions alone. */
export const makeMatchesFilter =
  (matchesPattern: MatchesPattern): MatchesFilter =>
  (filter, text) => {
    const folded = fold(text);
    const fits = keywordKinds.some((kind) =>
      filter[kind]?.some((keyword) => matchesKeyword[kind](folded, fold(keyword))),
    );
    return fits || (filter.matches !== undefined && matchesPattern(filter.matches, text));
  };
