/**
 * How much of an answer the process keeps in memory. An answer that exceeds a bound ends as `broken_off`, with what came
 * before. A streamed answer has no bound on its length, since it is not kept; the turn's deadline ends it.
 */

/** In UTF-16 code units, four times what models generate at most. Of text that is kept until it can be sent. */
export const maxKeptCharacters = 1024 * 1024;

/** Files that are linked at the end of the answer. Apps that draw create a few. */
export const maxFiles = 100;

/** Replacements of the whole text, each a new message in the IM. Moderation replaces once. */
export const maxReplacements = 20;

/** Sources that an answer names, and the size of their texts in UTF-16 code units. The answer goes on without the rest. */
export const maxSources = 100;
export const maxSourcesCharacters = 256 * 1024;

/** In UTF-16 code units, of white space that is kept until a word follows; more is dropped. */
export const maxBlankCharacters = 1_024;
