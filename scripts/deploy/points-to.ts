import { lookup, resolveCname } from "node:dns/promises";

export interface NameService {
  /** Targets of a host's CNAME records. */
  readonly cnamesOf: (host: string) => Promise<readonly string[]>;
  readonly addressesOf: (host: string) => Promise<readonly string[]>;
}

const systemNames: NameService = {
  cnamesOf: resolveCname,
  addressesOf: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
};

const none = (): readonly string[] => [];

/**
 * Whether requests to a host arrive at the target: by a CNAME record, or because it has an address of the target, as with
 * an alias record or several CNAME records in a row.
 */
export const pointsTo = async (
  host: string,
  target: string,
  { cnamesOf, addressesOf }: NameService = systemNames,
): Promise<boolean> => {
  const cnames = await cnamesOf(host).catch(none);
  if (cnames.some((each) => each.toLowerCase() === target.toLowerCase())) return true;
  const [own, wanted] = await Promise.all([addressesOf(host).catch(none), addressesOf(target).catch(none)]);
  return own.some((address) => wanted.includes(address));
};
