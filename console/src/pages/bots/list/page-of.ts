/** The page that the address names; the first one for anything that is no page. */
export const pageOf = (given: string | null): number =>
  given !== null && /^[1-9]\d{0,5}$/.test(given) ? Number(given) : 1;
