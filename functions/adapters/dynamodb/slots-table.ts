import { createHash, randomBytes } from "node:crypto";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import {
  decideSlot,
  type OpenSlot,
  type SlotRequest,
  type SlotResult,
  type SlotStore,
} from "#core/shared/slots.ts";
import { makeBatchGet } from "./batch-get.ts";
import { makeConditionalUpdates } from "./conditional-write.ts";
import { ttlOf } from "./expiry.ts";
import {
  countAttribute,
  counterOf,
  countIn,
  type PoolPart,
  parsePool,
  partOf,
  partsOf,
  type StoredPool,
  type StoredSlot,
  slotAttribute,
  toSlotEntry,
} from "./slots-record.ts";
import type { TablePorts } from "./table-ports.ts";

export interface SlotsTablePorts extends TablePorts {
  /** Returns a number from 0 to 1. */
  readonly random: () => number;
}

/** How many other records are read if the first one is full: all of a pool of 300, the default for streams of a stage. */
const maxOthers = 18;

/** A record that had room may have filled up since it was read. */
const maxOtherTries = 3;

/** A round only fails if another slot was opened or released in the meantime. */
const maxRounds = 4;

const newToken = (): string => randomBytes(6).toString("base64url");

const names = { "#writtenBy": "writtenBy", "#ttl": "ttl" };
const commonFields = "version = :version, #writtenBy = :writtenBy, expiresAt = :expiresAt, #ttl = :ttl";

/** Placeholders `#<letter>0`, `#<letter>1`, … for attribute names. */
const numbered = (letter: string, attributes: readonly string[]): Record<string, string> =>
  Object.fromEntries(attributes.map((attribute, n) => [`#${letter}${n}`, attribute]));

type StoredItem = Record<string, unknown>;

interface HashedSlot {
  readonly slot: string;
  readonly until: number;
}

/**
 * Open slots, in the guards table. A record has an attribute for each open slot and a counter for each limit, so one conditional
 * write checks the limits and opens a slot, also in a record that does not exist yet. If it fails, the record is read, and its
 * slots that have not expired decide (docs/adr/0030).
 */
export const makeSlotsTable = ({ client, tableName, clock, random }: SlotsTablePorts): SlotStore => {
  const { updateAndGet } = makeConditionalUpdates({
    client,
    tableName,
    keyOf: (guard: string) => ({ guard }),
    names,
  });

  const find = async (guard: string): Promise<StoredPool | undefined> => {
    const { Item } = await client.send(
      new GetCommand({ TableName: tableName, Key: { guard }, ConsistentRead: true }),
    );
    return Item && parsePool(Item);
  };

  const batchGet = makeBatchGet({ client, tableName, clock });

  /** The record that has the slot already, or one that has room for it, from those after the first. */
  const findOther = async (
    request: SlotRequest,
    { first, parts }: { readonly first: number; readonly parts: number },
    hash: string,
  ): Promise<number | undefined> => {
    const others = Array.from({ length: Math.min(parts - 1, maxOthers) }, (_, n) => {
      const part = (first + 1 + n) % parts;
      return { part, ...partOf(request, part, parts) };
    });
    const items = await batchGet(others.map(({ guard }) => ({ guard })));
    const stored = new Map(items.map((item) => [item.guard, parsePool(item).open]));
    const byStatus = Map.groupBy(
      others,
      ({ guard, limits }) =>
        decideSlot(stored.get(guard) ?? new Map(), { slot: hash, limits }, clock.now()).status,
    );
    const [held] = byStatus.get("held") ?? [];
    const free = byStatus.get("free") ?? [];
    return (held ?? free[Math.floor(random() * free.length)])?.part;
  };

  /** From any record. The slot itself is counted too, as in its own record. */
  const recount = async (request: SlotRequest, parts: number): Promise<number> => {
    const { guard, limits } = partOf(request, Math.floor(random() * parts), parts);
    const { Item = {} } = await client.send(new GetCommand({ TableName: tableName, Key: { guard } }));
    const others = parts === 1 ? countIn(Item, limits[0]) - 1 : countIn(Item, limits[0]);
    return (Math.max(0, others) + 1) * parts;
  };

  /** The writes to one record on behalf of one request. */
  const writesOf = ({ guard, limits }: PoolPart, { slot, until }: HashedSlot, token: string) => {
    const counters = limits.map(counterOf);
    const counts = numbered("n", counters.map(countAttribute));
    const entry = toSlotEntry({ until, token, limits });
    const write = (
      expression: string,
      condition: string,
      values: Record<string, unknown>,
      usedNames: Record<string, string>,
    ): Promise<StoredItem | undefined> =>
      updateAndGet(
        guard,
        `SET ${commonFields}${expression}`,
        condition,
        {
          ":version": 1,
          ":writtenBy": newToken(),
          ":expiresAt": until,
          ":ttl": ttlOf(until),
          ":entry": entry,
          ...values,
        },
        { "#slot": slotAttribute(slot), ...usedNames },
      );
    const addToCounts = (value: string): string =>
      Object.keys(counts)
        .map((count) => `${count} ${value}`)
        .join(", ");

    return {
      open: (): Promise<StoredItem | undefined> => {
        const maxima = Object.fromEntries(limits.map(({ max }, n) => [`:max${n}`, max]));
        const isBelow = (count: string, n: number): string =>
          `(attribute_not_exists(${count}) OR ${count} < :max${n})`;
        return write(
          `, #slot = :entry ADD ${addToCounts(":one")}`,
          ["attribute_not_exists(#slot)", ...Object.keys(counts).map(isBelow)].join(" AND "),
          { ":one": 1, ...maxima },
          counts,
        );
      },
      takeOver: (from: StoredSlot): Promise<StoredItem | undefined> =>
        write(", #slot = :entry", "#slot = :former", { ":former": toSlotEntry(from) }, {}),
      giveBack: (to: StoredSlot): Promise<StoredItem | undefined> =>
        write(", #slot = :former", "#slot = :entry", { ":former": toSlotEntry(to) }, {}),
      release: (): Promise<StoredItem | undefined> =>
        write(` REMOVE #slot ADD ${addToCounts(":less")}`, "#slot = :entry", { ":less": -1 }, counts),
      /** Opens the slot in place of those that have expired, and counts all again. */
      replace: (stored: StoredPool, live: ReadonlyMap<string, OpenSlot>): Promise<StoredItem | undefined> => {
        const counted = new Map(counters.map((counter) => [counter, 1]));
        for (const counter of [...live.values()].flatMap((each) => each.limits.map(counterOf)))
          counted.set(counter, (counted.get(counter) ?? 0) + 1);
        const kept = numbered("k", [...counted.keys()].map(countAttribute));
        const removed = numbered("r", [
          ...[...stored.open.keys()].filter((other) => other !== slot && !live.has(other)).map(slotAttribute),
          ...stored.counters.filter((counter) => !counted.has(counter)).map(countAttribute),
        ]);
        const removing = Object.keys(removed).join(", ");
        return write(
          `, #slot = :entry, ${Object.keys(kept)
            .map((name, n) => `${name} = :k${n}`)
            .join(", ")}${removing === "" ? "" : ` REMOVE ${removing}`}`,
          "#writtenBy = :stored",
          {
            ":stored": stored.writtenBy,
            ...Object.fromEntries([...counted.values()].map((count, n) => [`:k${n}`, count])),
          },
          { ...kept, ...removed },
        );
      },
    };
  };

  const acquireIn = async (
    request: SlotRequest,
    { n, parts }: { readonly n: number; readonly parts: number },
    hashed: HashedSlot,
  ): Promise<SlotResult> => {
    const part = partOf(request, n, parts);
    const token = newToken();
    const { open, takeOver, giveBack, replace, release } = writesOf(part, hashed, token);
    const granted = (inUse: number, wasOpen = false, undo: () => Promise<unknown> = release): SlotResult => ({
      status: "granted",
      wasOpen,
      inUse,
      recount: () => recount(request, parts),
      release: async () => {
        await release();
      },
      undo: async () => {
        await undo();
      },
    });
    // Slots are spread over the records by their hashes. The slot itself counts, so the mean of 1/estimate is 1/number: what
    // divides a rate by the estimate uses no more than the rate.
    const inUseOf = (item: StoredItem): number => countIn(item, part.limits[0]) * parts;
    for (let round = 0; round < maxRounds; round += 1) {
      const opened = await open();
      if (opened) return granted(inUseOf(opened));
      const stored = await find(part.guard);
      // It expired and was deleted between the two calls.
      if (!stored) continue;
      const own = stored.open.get(hashed.slot);
      // The SDK repeats a write whose response was lost: then the slot is this request's own.
      if (own?.token === token) return granted(stored.open.size * parts);
      const decision = decideSlot(stored.open, { ...hashed, limits: part.limits }, clock.now());
      if (decision.status === "full") return { status: "refused", by: decision.by };
      const written =
        decision.status === "free" ? await replace(stored, decision.live) : own && (await takeOver(own));
      if (!written) continue;
      const isHeld = decision.status === "held" && own !== undefined;
      return granted(inUseOf(written), isHeld, isHeld ? () => giveBack(own) : release);
    }
    return { status: "refused", by: part.limits[0].kind };
  };

  return {
    acquire: async (request) => {
      const hash = createHash("sha256").update(request.slot).digest();
      const hashed = { slot: hash.toString("base64url").slice(0, 16), until: request.until };
      const parts = partsOf(request);
      const first = hash.readUInt32BE() % parts;
      let result = await acquireIn(request, { n: first, parts }, hashed);
      // Records fill unevenly: this one may be full while others have room (docs/adr/0056).
      for (let tries = 0; result.status === "refused" && tries < maxOtherTries; tries += 1) {
        const other = await findOther(request, { first, parts }, hashed.slot);
        if (other === undefined) return result;
        result = await acquireIn(request, { n: other, parts }, hashed);
      }
      return result;
    },
  };
};
