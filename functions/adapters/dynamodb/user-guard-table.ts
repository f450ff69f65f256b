import { randomUUID } from "node:crypto";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { minuteMs, type UserState } from "#core/chat/decide-admission.ts";
import type { GuardedUser, TurnRequest, UserLimits } from "#core/chat/user-guard.ts";
import { makeConditionalUpdates } from "./conditional-write.ts";
import type { TablePorts } from "./table-ports.ts";
import {
  attributeOf,
  type Counted,
  keyOf,
  lifeFrom,
  parseUser,
  type StoredUser,
} from "./user-guard-record.ts";

export interface UserGuardTablePorts extends TablePorts {
  readonly counts: Counted;
}

export interface UserGuardTable {
  /** Admits a turn with one conditional write; false if the write alone cannot decide. */
  tryAdmit(asked: TurnRequest, limits: UserLimits, now: number): Promise<boolean>;
  find(user: GuardedUser): Promise<StoredUser | undefined>;
  /** False if the record was written after `stored` was read. */
  replace(user: GuardedUser, stored: StoredUser | undefined, next: UserState): Promise<boolean>;
  release(user: GuardedUser, turn: string): Promise<void>;
}

const names = {
  "#guard": "guard",
  "#version": "version",
  "#revokedBefore": "revokedBefore",
  "#open": "open",
  "#starts": "starts",
  "#writtenBy": "writtenBy",
  "#expiresAt": "expiresAt",
  "#ttl": "ttl",
};

const commonFields = "#version = :version, #writtenBy = :writtenBy, #expiresAt = :expiresAt, #ttl = :ttl";

/** A user's record in the guards table, with optimistic locking: every write sets a new `writtenBy`. */
export const makeUserGuardTable = ({
  client,
  tableName,
  clock,
  counts,
}: UserGuardTablePorts): UserGuardTable => {
  const { update } = makeConditionalUpdates({
    client,
    tableName,
    keyOf: (user: GuardedUser) => keyOf(user, counts),
    names,
  });
  const write = (
    user: GuardedUser,
    { set, remove, condition }: { set: string; remove?: string; condition: string },
    values: Record<string, unknown>,
    turn?: string,
  ): Promise<boolean> => {
    const { expiresAt, ttl } = lifeFrom(clock.now());
    return update(
      user,
      `SET ${set}${remove === undefined ? "" : ` REMOVE ${remove}`}`,
      condition,
      { ":version": 1, ":writtenBy": randomUUID(), ":expiresAt": expiresAt, ":ttl": ttl, ...values },
      turn === undefined ? {} : { "#turn": attributeOf(turn) },
    );
  };

  /**
   * `starts` has the start times of the last `turnsPerMinute` turns. If the first is more than a minute ago, the turn is within
   * the limit and replaces it. Also fails if the turn is already in, as when the SDK repeats a write whose response was lost.
   */
  const tryAdmit: UserGuardTable["tryAdmit"] = ({ turn, issuedAt, until, ...user }, limits, now) =>
    write(
      user,
      {
        set: `${commonFields}, #open.#turn = :until, #starts[${limits.turnsPerMinute}] = :now`,
        remove: "#starts[0]",
        condition:
          "size(#starts) = :perMinute AND #starts[0] <= :minuteAgo AND size(#open) < :atOnce AND attribute_not_exists(#open.#turn) AND #revokedBefore <= :issuedAt",
      },
      {
        ":until": until,
        ":now": now,
        ":perMinute": limits.turnsPerMinute,
        ":minuteAgo": now - minuteMs,
        ":atOnce": limits.turnsAtOnce,
        ":issuedAt": issuedAt,
      },
      turn,
    );

  const find: UserGuardTable["find"] = async (user) => {
    const { Item } = await client.send(
      new GetCommand({ TableName: tableName, Key: keyOf(user, counts), ConsistentRead: true }),
    );
    return Item && parseUser(Item);
  };

  const replace: UserGuardTable["replace"] = (user, stored, next) =>
    write(
      user,
      {
        set: `${commonFields}, #revokedBefore = :revokedBefore, #open = :open, #starts = :starts`,
        condition: stored ? "#writtenBy = :stored" : "attribute_not_exists(#guard)",
      },
      {
        ":revokedBefore": next.revokedBefore,
        ":open": Object.fromEntries([...next.open].map(([turn, until]) => [attributeOf(turn), until])),
        ":starts": next.starts,
        ...(stored && { ":stored": stored.writtenBy }),
      },
    );

  return {
    tryAdmit,
    find,
    replace,
    release: async (user, turn) => {
      await write(
        user,
        { set: commonFields, remove: "#open.#turn", condition: "attribute_exists(#open.#turn)" },
        {},
        turn,
      );
    },
  };
};
