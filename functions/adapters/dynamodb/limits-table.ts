import { randomBytes } from "node:crypto";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { type LimitName, limitNames } from "#core/bot/limits.ts";
import type { CountedScope, LimitStore } from "#core/turn/limit-store.ts";
import { reachedLimit, windowEnd } from "#core/turn/limit-windows.ts";
import { makeConditionalUpdates } from "./conditional-write.ts";
import { ttlOf } from "./expiry.ts";
import { countsKey, minuteAttribute, noticeKey, parseCounts, pastMinuteAttributes } from "./limits-record.ts";
import type { TablePorts } from "./table-ports.ts";

/** A round only fails if a turn was taken back in the meantime. */
const maxRounds = 4;

const names = {
  "#writtenBy": "writtenBy",
  "#ttl": "ttl",
  "#turns": "turns",
  "#tokens": "tokens",
  "#version": "version",
  "#expiresAt": "expiresAt",
};

const commonFields = "#version = :version, #writtenBy = :writtenBy, #expiresAt = :expiresAt, #ttl = :ttl";

/** The SDK repeats a write whose response was lost: then the record is this request's own. */
const isNotOwn = "(attribute_not_exists(#writtenBy) OR #writtenBy <> :writtenBy)";

const warnedAttribute: Partial<Record<LimitName, string>> = {
  turnsPerDay: "warnedOfTurns",
  tokensPerDay: "warnedOfTokens",
};

/**
 * Counts of turns and tokens, in the guards table: a record for each day and each app, bot or user that has limits. One
 * conditional write checks all its limits and counts a turn (docs/adr/0046).
 */
export const makeLimitsTable = ({ client, tableName, clock }: TablePorts): LimitStore => {
  const { update, updateAndGet } = makeConditionalUpdates({
    client,
    tableName,
    keyOf: (guard: string) => ({ guard }),
    names,
  });

  const newWrite = (expiresAt: number) => ({
    ":version": 1,
    ":writtenBy": randomBytes(6).toString("base64url"),
    ":expiresAt": expiresAt,
    ":ttl": ttlOf(expiresAt),
  });
  const endOfDay = (at: number): number => windowEnd("turnsPerDay", at);

  const find = async (guard: string): Promise<Record<string, unknown> | undefined> => {
    const { Item } = await client.send(
      new GetCommand({ TableName: tableName, Key: { guard }, ConsistentRead: true }),
    );
    return Item;
  };

  /** The counters of a turn. Turns of a minute are counted only where they are limited. */
  const countersOf = ({ rates }: CountedScope, at: number): string[] =>
    rates.turnsPerMinute === undefined ? ["#turns"] : ["#turns", minuteAttribute(at)];

  const attributeOf = (limit: LimitName, at: number): string =>
    limit === "turnsPerMinute" ? minuteAttribute(at) : limit === "turnsPerDay" ? "#turns" : "#tokens";

  return {
    count: async (scope, at) => {
      const { rates } = scope;
      const guard = countsKey(scope, at);
      const limited = limitNames.filter((name) => rates[name] !== undefined);
      const conditions = limited.map((name) => {
        const attribute = attributeOf(name, at);
        return `(attribute_not_exists(${attribute}) OR ${attribute} < :${name})`;
      });
      const past = rates.turnsPerMinute === undefined ? [] : pastMinuteAttributes(at);
      const removing = past.length === 0 ? "" : ` REMOVE ${past.join(", ")}`;
      const adding = countersOf(scope, at).map((counter) => `${counter} :one`);
      for (let round = 0; round < maxRounds; round += 1) {
        const write = newWrite(endOfDay(at));
        const written = await updateAndGet(
          guard,
          `SET ${commonFields}${removing} ADD ${adding.join(", ")}`,
          [isNotOwn, ...conditions].join(" AND "),
          {
            ...write,
            ":one": 1,
            ...Object.fromEntries(limited.map((name) => [`:${name}`, rates[name]])),
          },
        );
        if (written) return { status: "counted", counts: parseCounts(written, at) };
        const stored = await find(guard);
        if (!stored) continue;
        const counts = parseCounts(stored, at);
        if (counts.writtenBy === write[":writtenBy"]) return { status: "counted", counts };
        const limit = reachedLimit(rates, counts);
        if (limit !== undefined) return { status: "reached", limit };
      }
      // So many turns are taken back only at a limit.
      return { status: "reached", limit: limited[0] ?? "turnsPerMinute" };
    },

    undo: async (scope, at) => {
      const guard = countsKey(scope, at);
      const write = newWrite(endOfDay(at));
      const takeFrom = (counters: readonly string[]): Promise<boolean> =>
        update(
          guard,
          `SET ${commonFields} ADD ${counters.map((counter) => `${counter} :less`).join(", ")}`,
          [isNotOwn, ...counters.map((counter) => `${counter} > :none`)].join(" AND "),
          { ...write, ":less": -1, ":none": 0 },
        );
      const isDone = await takeFrom(countersOf(scope, at));
      // The minute is long over, and its counter was removed.
      if (!isDone && scope.rates.turnsPerMinute !== undefined) await takeFrom(["#turns"]);
    },

    addTokens: async (scope, at, tokens) => {
      const guard = countsKey(scope, at);
      const written = await updateAndGet(guard, `SET ${commonFields} ADD #tokens :tokens`, isNotOwn, {
        ...newWrite(endOfDay(at)),
        ":tokens": tokens,
      });
      const item = written ?? (await find(guard));
      return item ? parseCounts(item, at).tokensPerDay : tokens;
    },

    claimWarning: async (scope, at, limit) => {
      const warned = warnedAttribute[limit];
      if (warned === undefined) return false;
      const write = newWrite(endOfDay(at));
      return update(
        countsKey(scope, at),
        `SET #writtenBy = :writtenBy, ${warned} = :writtenBy`,
        `attribute_not_exists(${warned}) OR ${warned} = :writtenBy`,
        { ":writtenBy": write[":writtenBy"] },
      );
    },

    claimNotice: async (turn, reached) => {
      const write = newWrite(Math.max(reached.freeAt, clock.now()));
      return update(
        noticeKey(turn, reached),
        `SET ${commonFields}`,
        "attribute_not_exists(#writtenBy) OR #writtenBy = :writtenBy",
        write,
      );
    },
  };
};
