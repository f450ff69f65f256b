/** A text of the other side that is shown to the caller: without the key that the call had, and not longer than this. */
export const shownText = (text: string, apiKey: string, maxCharacters: number): string =>
  text.replaceAll(apiKey, "****").slice(0, maxCharacters).toWellFormed();
