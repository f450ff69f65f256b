/** The page that the address names; the first one for anything else. */
export const pageOf = (given: string | null): number =>
  given !== null && /^[1-9]\d{0,5}$/.test(given) ? Number(given) : 1;
