import { normalize } from "#core/shared/normalize.ts";

/** The ways in which a text can match a filter. */
export const keywordKinds = ["contains", "startsWith", "endsWith", "equals"] as const;
export const filterKinds = [...keywordKinds, "matches"] as const;

export type KeywordKind = (typeof keywordKinds)[number];
export type FilterKind = (typeof filterKinds)[number];

/** A message triggers the integration if its text matches any entry of any array. */
export type KeywordFilter = { readonly [kind in FilterKind]?: readonly string[] };

/** Whether the text matches any of the regular expressions; an invalid one matches nothing. Runs in linear time. */
export type MatchesPattern = (patterns: readonly string[], text: string) => boolean;

export type MatchesFilter = (filter: KeywordFilter, text: string) => boolean;

/**
 * Maps texts that differ only in letter case or in the encoding of accents to the same string. Lower case first, then upper
 * case: neither alone equates `ß` with `ẞ` and `ς` with `Σ`.
 */
const fold = (text: string): string => normalize(text.toLowerCase().toUpperCase(), "NFC");

const matchesKeyword: Readonly<Record<KeywordKind, (text: string, keyword: string) => boolean>> = {
  contains: (text, keyword) => text.includes(keyword),
  startsWith: (text, keyword) => text.startsWith(keyword),
  endsWith: (text, keyword) => text.endsWith(keyword),
  equals: (text, keyword) => text === keyword,
};

/** Keywords ignore letter case; regular expressions do not. */
export const makeMatchesFilter =
  (matchesPattern: MatchesPattern): MatchesFilter =>
  (filter, text) => {
    const folded = fold(text);
    const isKeywordMatch = keywordKinds.some((kind) =>
      filter[kind]?.some((keyword) => matchesKeyword[kind](folded, fold(keyword))),
    );
    return isKeywordMatch || (filter.matches !== undefined && matchesPattern(filter.matches, text));
  };
