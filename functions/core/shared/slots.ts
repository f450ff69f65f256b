import type { Clock } from "./clock.ts";
import { heartbeatMs } from "./lease.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";

/** Whose limit a slot counts against. */
export const slotLimitKinds = ["stage", "app", "bot", "user"] as const;
export type SlotLimitKind = (typeof slotLimitKinds)[number];

export interface SlotLimit {
  readonly kind: SlotLimitKind;
  readonly id: string;
  /** Maximum number of slots at the same time; at least 1. */
  readonly max: number;
}

export type SlotLimits = readonly [SlotLimit, ...SlotLimit[]];

/** A request for one of the places of whatever runs at the same time, such as turns. */
export interface SlotRequest {
  /** Slots are counted within a pool: a channel's turns of one app, or of one user. */
  readonly pool: readonly string[];
  /** Identifies what runs. A request for an open slot takes it over, as when a dead worker's job is retried. */
  readonly slot: string;
  readonly limits: SlotLimits;
  /** When the slot expires if it is not released, in milliseconds since the epoch: what runs has ended by then. */
  readonly until: number;
}

export interface OpenSlot {
  /** Milliseconds since the epoch. */
  readonly until: number;
  readonly limits: readonly Pick<SlotLimit, "kind" | "id">[];
}

export type SlotDecision =
  /** The slot is open already. */
  | { readonly status: "held" }
  /** `live`: the open slots that have not expired. */
  | { readonly status: "free"; readonly live: ReadonlyMap<string, OpenSlot> }
  | { readonly status: "full"; readonly by: SlotLimitKind };

/** Decides from all open slots of a pool whether a request is granted, if one conditional write could not decide it. */
export const decideSlot = (
  open: ReadonlyMap<string, OpenSlot>,
  { slot, limits }: Pick<SlotRequest, "slot" | "limits">,
  now: number,
): SlotDecision => {
  const live = new Map([...open].filter(([, { until }]) => until > now));
  if (live.has(slot)) return { status: "held" };
  const countOf = ({ kind, id }: SlotLimit): number =>
    [...live.values()].filter(({ limits: own }) => own.some((one) => one.kind === kind && one.id === id))
      .length;
  const reached = limits.find((limit) => countOf(limit) >= limit.max);
  return reached ? { status: "full", by: reached.kind } : { status: "free", live };
};

export interface GrantedSlot {
  readonly status: "granted";
  /** Whether the slot was open: what runs has begun before, in a process that died. */
  readonly wasOpen: boolean;
  /** How many slots count against the first limit, with this one: estimated from one record of several. */
  readonly inUse: number;
  /** The same now, estimated from another record. */
  recount(): Promise<number>;
  /** Releases the slot, unless another request has taken it over. */
  release(): Promise<void>;
  /** Releases the slot, or gives it back to the request that it was taken over from. */
  undo(): Promise<void>;
}

export type SlotResult = GrantedSlot | { readonly status: "refused"; readonly by: SlotLimitKind };

/** Stores open slots. */
export interface SlotStore {
  acquire(request: SlotRequest): Promise<SlotResult>;
}

export interface AcquiredSlots {
  /** The kind of limit that is reached; undefined if all slots were granted. */
  readonly refusedBy: SlotLimitKind | undefined;
  /** Whether the first slot was open: what runs has begun before, in a process that died. */
  readonly wasOpen: boolean;
  /**
   * How many slots count against the first limit of the first request, estimated. It is counted again in the background if it
   * is asked for and the last count is old.
   */
  inUse(): number;
  /** What was to run has ended. */
  release(): Promise<void>;
  /** Nothing has run: a slot that was open before belongs to another run. */
  undo(): Promise<void>;
}

/** What the slots are for. Each has limits of its own. */
export const slotChannels = ["im", "http", "webhook"] as const;
export type SlotChannel = (typeof slotChannels)[number];

/**
 * Acquires all slots or none. Never rejects: if the store fails, everything is granted, since a late answer is better than none.
 */
export type AcquireSlots = (requests: readonly SlotRequest[]) => Promise<AcquiredSlots>;

export interface AcquireSlotsPorts {
  readonly store: SlotStore;
  readonly clock: Clock;
  readonly channel: SlotChannel;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** How long a count is used, in milliseconds: as long as a worker's heartbeat. */
const countLifeMs = heartbeatMs;

export const makeAcquireSlots = ({
  store,
  channel,
  clock,
  metrics,
  log,
}: AcquireSlotsPorts): AcquireSlots => {
  const warn =
    (event: string) =>
    (error: unknown): void =>
      log.warn(event, { channel, reason: String(error) });

  const forEach = async (
    slots: readonly GrantedSlot[],
    end: (slot: GrantedSlot) => Promise<void>,
  ): Promise<void> => {
    await Promise.all(slots.map((slot) => end(slot).catch(warn("slot_not_released"))));
  };

  /** If the store fails, the last count is used. */
  const counterOf = (slot: GrantedSlot | undefined): (() => number) => {
    let count = slot?.inUse ?? 1;
    let countedAt = clock.now();
    return () => {
      if (slot && clock.now() - countedAt >= countLifeMs) {
        countedAt = clock.now();
        slot
          .recount()
          .then((now) => {
            count = now;
          })
          .catch(warn("slots_not_counted"));
      }
      return count;
    };
  };

  return async (requests) => {
    const results = await Promise.all(
      requests.map((request) => store.acquire(request).catch(warn("slot_not_acquired"))),
    );
    const granted = results.filter((each) => each?.status === "granted");
    const release = () => forEach(granted, (slot) => slot.release());
    const undo = () => forEach(granted, (slot) => slot.undo());
    const refused = results.find((each) => each?.status === "refused");
    const inUse = counterOf(results[0]?.status === "granted" ? results[0] : undefined);
    const wasOpen = results[0]?.status === "granted" && results[0].wasOpen;
    if (!refused) return { refusedBy: undefined, wasOpen, inUse, release, undo };
    await undo();
    metrics.count("SlotRefused", { channel, limit: refused.by });
    return { refusedBy: refused.by, wasOpen, inUse, release: async () => {}, undo: async () => {} };
  };
};

/** Limits of one channel; each at least 1. */
export interface BotSlotLimits {
  readonly perApp: number;
  readonly perBot: number;
}

/** The request for a slot of a bot and its app. */
export const botSlot = (
  channel: SlotChannel,
  of: { readonly appKey: string; readonly botUserId: string; readonly slot: string; readonly until: number },
  { perApp, perBot }: BotSlotLimits,
): SlotRequest => ({
  pool: [channel, of.appKey],
  slot: of.slot,
  limits: [
    { kind: "app", id: of.appKey, max: perApp },
    { kind: "bot", id: of.botUserId, max: perBot },
  ],
  until: of.until,
});

/** The request for one of all slots of a channel. */
export const stageSlot = (
  channel: SlotChannel,
  { slot, until }: Pick<SlotRequest, "slot" | "until">,
  max: number,
): SlotRequest => ({ pool: [channel], slot, limits: [{ kind: "stage", id: "", max }], until });
