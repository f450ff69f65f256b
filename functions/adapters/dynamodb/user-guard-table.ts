import { randomUUID } from "node:crypto";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { minuteMs, type UserState } from "#core/chat/decide-admission.ts";
import type { GuardedUser, TurnRequest, UserLimits } from "#core/chat/user-guard.ts";
import { makeConditionalUpdate } from "./conditional-write.ts";
import type { GuardsTablePorts } from "./guards-table.ts";
import { type Counted, type KeptUser, keyOf, lifeFrom, parseUser, placeOf } from "./user-guard-record.ts";

export interface UserGuardTablePorts extends GuardsTablePorts {
  readonly counts: Counted;
}

export interface UserGuardTable {
  /** Lets a turn in by one conditional write; false where that cannot tell. */
  enter(asked: TurnRequest, limits: UserLimits, now: number): Promise<boolean>;
  find(user: GuardedUser): Promise<KeptUser | undefined>;
  /** False where another has written since `kept` was found. */
  replace(user: GuardedUser, kept: KeptUser | undefined, next: UserState): Promise<boolean>;
  free(user: GuardedUser, turn: string): Promise<void>;
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

const keep = "#version = :version, #writtenBy = :mine, #expiresAt = :expiresAt, #ttl = :ttl";

/** The record of each user in the guards table. Every write marks it, so that one made by what was read before fails. */
export const makeUserGuardTable = ({
  client,
  tableName,
  clock,
  counts,
}: UserGuardTablePorts): UserGuardTable => {
  const conditionalUpdate = makeConditionalUpdate({ client, tableName, names });
  const write = async (
    user: GuardedUser,
    { set, remove, condition }: { set: string; remove?: string; condition: string },
    values: Record<string, unknown>,
    turn?: string,
  ): Promise<boolean> => {
    const { expiresAt, ttl } = lifeFrom(clock.now());
    const written = await conditionalUpdate(keyOf(user, counts), {
      update: `SET ${set}${remove === undefined ? "" : ` REMOVE ${remove}`}`,
      condition,
      values: { ":version": 1, ":mine": randomUUID(), ":expiresAt": expiresAt, ":ttl": ttl, ...values },
      ...(turn !== undefined && { names: { "#turn": placeOf(turn) } }),
    });
    return written !== undefined;
  };

  /**
   * `starts` has as many times as may begin in a minute: if the first is past, so are enough of them, and the turn takes
   * its place. Refused too where the turn is in already, which is how the SDK's second try finds its first.
   */
  const enter: UserGuardTable["enter"] = ({ turn, issuedAt, until, ...user }, limits, now) =>
    write(
      user,
      {
        set: `${keep}, #open.#turn = :until, #starts[${limits.turnsPerMinute}] = :now`,
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

  const replace: UserGuardTable["replace"] = (user, kept, next) =>
    write(
      user,
      {
        set: `${keep}, #revokedBefore = :revokedBefore, #open = :open, #starts = :starts`,
        condition: kept ? "#writtenBy = :kept" : "attribute_not_exists(#guard)",
      },
      {
        ":revokedBefore": next.revokedBefore,
        ":open": Object.fromEntries([...next.open].map(([turn, until]) => [placeOf(turn), until])),
        ":starts": next.starts,
        ...(kept && { ":kept": kept.writtenBy }),
      },
    );

  return {
    enter,
    find,
    replace,
    free: async (user, turn) => {
      await write(
        user,
        { set: keep, remove: "#open.#turn", condition: "attribute_exists(#open.#turn)" },
        {},
        turn,
      );
    },
  };
};
