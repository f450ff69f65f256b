import type { PseudonymOf } from "#core/shared/pseudonym.ts";

/** Names that tests can read. */
export const pseudonymOf: PseudonymOf = (appKey, userId) => `${[...userId].reverse().join("")} of ${appKey}`;
