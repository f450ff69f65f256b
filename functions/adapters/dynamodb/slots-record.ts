import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";
import {
  type OpenSlot,
  type SlotLimit,
  type SlotLimits,
  type SlotRequest,
  slotLimitKinds,
} from "#core/shared/slots.ts";

const slotPrefix = "slot#";
const countPrefix = "count#";

/** The prefix keeps a slot apart from other attributes, whatever its name. */
export const slotAttribute = (slot: string): string => slotPrefix + slot;

/** The name of the counter of a limit. As JSON, since ids may contain any separator. */
export const counterOf = ({ kind, id }: Pick<SlotLimit, "kind" | "id">): string => JSON.stringify([kind, id]);
export const countAttribute = (counter: string): string => countPrefix + counter;

/** A slot's attribute, as JSON: its end, the token of the request that opened it, and the limits that it counts against. */
const slotEntry = v.pipe(
  v.string(),
  v.parseJson(),
  v.tupleWithRest([v.number(), v.string()], v.tuple([v.picklist(slotLimitKinds), v.string()])),
  v.transform(([until, token, ...limits]) => ({
    until,
    token,
    limits: limits.map(([kind, id]) => ({ kind, id })),
  })),
);

export const toSlotEntry = ({ until, token, limits }: StoredSlot): string =>
  JSON.stringify([until, token, ...limits.map(({ kind, id }) => [kind, id])]);

export interface StoredSlot extends OpenSlot {
  readonly token: string;
}

export interface StoredPool {
  /** Identifies the last write, for optimistic locking. */
  readonly writtenBy: string;
  readonly open: ReadonlyMap<string, StoredSlot>;
  readonly counters: readonly string[];
}

/** The number of open slots of a limit, with those that have expired since the record was last counted again. */
export const countIn = (item: Record<string, unknown>, limit: Pick<SlotLimit, "kind" | "id">): number =>
  parseRecord(v.optional(v.number(), 0), item[countAttribute(counterOf(limit))], "a slots record");

const poolRecord = v.object({ writtenBy: v.string() });

export const parsePool = (item: Record<string, unknown>): StoredPool => {
  const namesWith = (prefix: string): string[] =>
    Object.keys(item)
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length));
  const slotOf = (slot: string): StoredSlot =>
    parseRecord(slotEntry, item[slotAttribute(slot)], "a slots record");
  return {
    writtenBy: parseRecord(poolRecord, item, "a slots record").writtenBy,
    open: new Map(namesWith(slotPrefix).map((slot) => [slot, slotOf(slot)])),
    counters: namesWith(countPrefix),
  };
};

/** One of the records of a pool, and its share of the limits. */
export interface PoolPart {
  readonly guard: string;
  readonly limits: SlotLimits;
}

/**
 * A pool is split into records of about this many slots: about 1 KB, so that a write costs one unit, and no record gets more
 * writes than DynamoDB allows for one key.
 */
const slotsPerRecord = 16;

export const partsOf = ({ limits }: SlotRequest): number =>
  Math.ceil(Math.min(...limits.map(({ max }) => max)) / slotsPerRecord);

/** The key of one of a pool's records. */
export const partKey = (pool: readonly string[], part: number): string =>
  `slots#${JSON.stringify([...pool, part])}`;

export const partOf = ({ pool, limits }: SlotRequest, part: number, parts: number): PoolPart => {
  const shareOf = (limit: SlotLimit): SlotLimit => ({
    ...limit,
    max: Math.floor(limit.max / parts) + (part < limit.max % parts ? 1 : 0),
  });
  const [first, ...others] = limits;
  return {
    guard: partKey(pool, part),
    limits: [shareOf(first), ...others.map(shareOf)],
  };
};
