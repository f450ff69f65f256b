import type { AppDirectory } from "#core/bot/app.ts";
import type { LimitName } from "#core/bot/limits.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Log, LogFields } from "#core/shared/log.ts";
import type { Metrics } from "#core/shared/metrics.ts";
import type { PseudonymOf } from "#core/shared/pseudonym.ts";
import { nameOfLimit, ownerOf } from "./limit-names.ts";
import { scopesOf } from "./limit-scopes.ts";
import type { CountableTurn, CountedScope, LimitScope, LimitStore, ReachedLimit } from "./limit-store.ts";
import { crossesWarning, windowEnd } from "./limit-windows.ts";

/** A turn that no limit refuses. Its methods never reject. */
export interface CountedTurn {
  readonly status: "counted";
  /** The turn has not begun. */
  undo(): Promise<void>;
  /** The turn has ended. */
  end(tokens: number): Promise<void>;
}

export type TurnDecision = CountedTurn | { readonly status: "limited"; readonly by: ReachedLimit };

/**
 * Counts a turn against the limits of its app and its bot, and of its user in both, unless one is reached. `wasCounted`: in an
 * earlier try, so it is neither counted nor refused again. Never rejects: if the store fails, the turn is not counted, since
 * an answer too many is better than none.
 */
export type CountTurn = (
  turn: CountableTurn,
  options: { readonly wasCounted: boolean },
) => Promise<TurnDecision>;

export interface CountTurnPorts {
  readonly store: LimitStore;
  readonly apps: Pick<AppDirectory, "find">;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly pseudonymOf: PseudonymOf;
}

export const makeCountTurn = ({
  store,
  apps,
  clock,
  metrics,
  log,
  pseudonymOf,
}: CountTurnPorts): CountTurn => {
  const idsOf = (
    { appKey, botUserId, userId, integration }: CountableTurn,
    scope: LimitScope,
  ): LogFields => ({
    app: appKey,
    ...((scope === "bot" || scope === "bot_user") && { bot: botUserId, integration: integration.type }),
    ...((scope === "app_user" || scope === "bot_user") && { user: pseudonymOf(appKey, userId) }),
  });

  const warn =
    (event: string, { appKey }: CountableTurn) =>
    (error: unknown): undefined => {
      log.warn(event, { app: appKey, reason: String(error) });
    };

  /** At most once per limit and day. */
  const warnIfNear = async (
    turn: CountableTurn,
    counted: CountedScope,
    at: number,
    limit: LimitName,
    { before, after }: { readonly before: number; readonly after: number },
  ): Promise<void> => {
    const max = counted.rates[limit];
    if (max === undefined || !crossesWarning(before, after, max)) return;
    if (!(await store.claimWarning(counted, at, limit))) return;
    const { scope } = counted;
    log.warn("limit_near", {
      ...idsOf(turn, scope),
      limit: nameOfLimit({ scope, limit }),
      used: after,
      max,
    });
    metrics.count("LimitNear", { of: ownerOf(scope) });
  };

  const undoAll = async (turn: CountableTurn, scopes: readonly CountedScope[], at: number): Promise<void> => {
    await Promise.all(scopes.map((each) => store.undo(each, at).catch(warn("turn_count_not_undone", turn))));
  };

  const countedTurn = (
    turn: CountableTurn,
    scopes: readonly CountedScope[],
    counted: readonly CountedScope[],
    countedAt: number,
  ): CountedTurn => ({
    status: "counted",
    undo: () => undoAll(turn, counted, countedAt),
    end: async (tokens) => {
      if (tokens <= 0) return;
      const at = clock.now();
      const add = async (each: CountedScope): Promise<void> => {
        if (each.rates.tokensPerDay === undefined) return;
        const after = await store.addTokens(each, at, tokens);
        await warnIfNear(turn, each, at, "tokensPerDay", { before: after - tokens, after });
      };
      await Promise.all(scopes.map((each) => add(each).catch(warn("tokens_not_counted", turn))));
    },
  });

  return async (turn, { wasCounted }) => {
    const app = await apps.find(turn.appKey).catch(warn("limits_not_read", turn));
    const scopes = scopesOf(turn, app?.limits);
    const at = clock.now();
    if (wasCounted || scopes.length === 0) return countedTurn(turn, scopes, [], at);
    const results = await Promise.all(
      scopes.map(async (each) => {
        const result = await store.count(each, at).catch(warn("turn_not_counted", turn));
        return { each, result };
      }),
    );
    const counted = results.filter(({ result }) => result?.status === "counted");
    const reached = results.flatMap(({ each: { scope }, result }) =>
      result?.status === "reached"
        ? [{ scope, limit: result.limit, freeAt: windowEnd(result.limit, at) }]
        : [],
    );
    // The one that the user has to wait for longest.
    const [by] = reached.toSorted((one, other) => other.freeAt - one.freeAt);
    const countedScopes = counted.map(({ each }) => each);
    if (by) {
      await undoAll(turn, countedScopes, at);
      metrics.count("TurnLimited", { of: ownerOf(by.scope) });
      log.info("turn_limited", {
        ...idsOf(turn, "bot_user"),
        limit: nameOfLimit(by),
        freeAt: new Date(by.freeAt).toISOString(),
      });
      return { status: "limited", by };
    }
    // In the background: the turn does not wait for the warning.
    for (const { each, result } of results) {
      if (result?.status !== "counted") continue;
      const after = result.counts.turnsPerDay;
      warnIfNear(turn, each, at, "turnsPerDay", { before: after - 1, after }).catch(
        warn("limit_warning_failed", turn),
      );
    }
    return countedTurn(turn, scopes, countedScopes, at);
  };
};
