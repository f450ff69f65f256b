import type { AppDirectory } from "#core/bot/app.ts";
import type { ModelIntegration } from "#core/bot/integration.ts";
import type { LimitName, Limits, Rates } from "#core/bot/limits.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Log, LogFields } from "#core/shared/log.ts";
import type { Metrics } from "#core/shared/metrics.ts";
import type { PseudonymOf } from "#core/shared/pseudonym.ts";
import { type Counts, crossesWarning, windowEnd } from "./limit-windows.ts";

/** Whose turns and tokens are counted. A bot is counted by integration, since each has its own options. */
export const limitScopes = ["app", "bot", "app_user", "bot_user"] as const;
export type LimitScope = (typeof limitScopes)[number];

/** One record of counts, and the limits of them. */
export interface CountedScope {
  readonly scope: LimitScope;
  /** App, and depending on the scope bot, integration type and user. */
  readonly ids: readonly string[];
  readonly rates: Rates;
}

export interface ReachedLimit {
  readonly scope: LimitScope;
  readonly limit: LimitName;
  /** When its window ends, in milliseconds since the epoch. */
  readonly freeAt: number;
}

/** The turn of which the user is told that a limit is reached. */
export interface LimitedTurn {
  readonly appKey: string;
  readonly botUserId: string;
  readonly userId: string;
  readonly integration: Pick<ModelIntegration, "type" | "options">;
}

/** Counts turns and tokens by minute and day. Times are in milliseconds since the epoch. */
export interface LimitStore {
  /** Counts a turn in the windows of `at`, unless one of the limits is reached. */
  count(
    scope: CountedScope,
    at: number,
  ): Promise<
    | { readonly status: "counted"; readonly counts: Counts }
    | { readonly status: "reached"; readonly limit: LimitName }
  >;
  /** Takes back what was counted at `at`. */
  takeBack(scope: CountedScope, at: number): Promise<void>;
  /** Adds the tokens of a turn that has ended; resolves with the day's sum. */
  addTokens(scope: CountedScope, at: number, tokens: number): Promise<number>;
  /** True once per limit and day: then the operator is to be warned. */
  claimWarning(scope: CountedScope, at: number, limit: LimitName): Promise<boolean>;
  /** True once per user and bot in the limit's window: then the user is to be told. */
  claimNotice(turn: LimitedTurn, reached: ReachedLimit): Promise<boolean>;
}

/** A turn that no limit refuses. Its methods never reject. */
export interface CountedTurn {
  readonly status: "counted";
  /** The turn has not begun. */
  takeBack(): Promise<void>;
  /** The turn has ended. */
  end(tokens: number): Promise<void>;
}

export type TurnDecision = CountedTurn | { readonly status: "limited"; readonly by: ReachedLimit };

/**
 * Counts a turn against the limits of its app and its bot, and of its user in both, unless one is reached. `isCounted`: it was
 * counted before, so it is neither counted nor refused again. Never rejects: if the store fails, the turn is not counted, since
 * an answer too many is better than none.
 */
export type CountTurn = (turn: LimitedTurn, isCounted: boolean) => Promise<TurnDecision>;

export interface CountTurnPorts {
  readonly store: LimitStore;
  readonly apps: Pick<AppDirectory, "find">;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly pseudonymOf: PseudonymOf;
}

const settingOf: Record<LimitScope, string> = {
  app: "app",
  bot: "bot",
  app_user: "app.perUser",
  bot_user: "bot.perUser",
};

/** The name of a limit in log lines, such as `bot.perUser.turnsPerDay`. */
export const nameOfLimit = ({ scope, limit }: Pick<ReachedLimit, "scope" | "limit">): string =>
  `${settingOf[scope]}.${limit}`;

/** Whose limit it is, as the dimension of metrics: an operator looks into that of an app or a bot. */
const ownerOf = (scope: LimitScope): "app" | "bot" | "user" =>
  scope === "app" || scope === "bot" ? scope : "user";

const hasRates = ({ turnsPerMinute, turnsPerDay, tokensPerDay }: Rates): boolean =>
  turnsPerMinute !== undefined || turnsPerDay !== undefined || tokensPerDay !== undefined;

/** The counts that have limits: without limits, none. */
export const scopesOf = (
  { appKey, botUserId, userId, integration: { type, options } }: LimitedTurn,
  appLimits: Limits = {},
): CountedScope[] => {
  const botLimits: Limits = options.limits ?? {};
  const bot = [appKey, botUserId, type];
  const all: readonly CountedScope[] = [
    { scope: "app", ids: [appKey], rates: appLimits },
    { scope: "bot", ids: bot, rates: botLimits },
    { scope: "app_user", ids: [appKey, userId], rates: appLimits.perUser ?? {} },
    { scope: "bot_user", ids: [...bot, userId], rates: botLimits.perUser ?? {} },
  ];
  return all.filter(({ rates }) => hasRates(rates));
};

export const makeCountTurn = ({
  store,
  apps,
  clock,
  metrics,
  log,
  pseudonymOf,
}: CountTurnPorts): CountTurn => {
  const idsOf = ({ appKey, botUserId, userId, integration }: LimitedTurn, scope: LimitScope): LogFields => ({
    app: appKey,
    ...((scope === "bot" || scope === "bot_user") && { bot: botUserId, integration: integration.type }),
    ...((scope === "app_user" || scope === "bot_user") && { user: pseudonymOf(appKey, userId) }),
  });

  const warn =
    (event: string, { appKey }: LimitedTurn) =>
    (error: unknown): undefined => {
      log.warn(event, { app: appKey, reason: String(error) });
    };

  /** Once a day and limit. */
  const warnIfNear = async (
    turn: LimitedTurn,
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

  const takeBackAll = async (
    turn: LimitedTurn,
    scopes: readonly CountedScope[],
    at: number,
  ): Promise<void> => {
    await Promise.all(
      scopes.map((each) => store.takeBack(each, at).catch(warn("turn_not_taken_back", turn))),
    );
  };

  const countedTurn = (
    turn: LimitedTurn,
    scopes: readonly CountedScope[],
    counted: readonly CountedScope[],
    countedAt: number,
  ): CountedTurn => ({
    status: "counted",
    takeBack: () => takeBackAll(turn, counted, countedAt),
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

  return async (turn, isCounted) => {
    const app = await apps.find(turn.appKey).catch(warn("limits_not_read", turn));
    const scopes = scopesOf(turn, app?.limits);
    const at = clock.now();
    if (isCounted || scopes.length === 0) return countedTurn(turn, scopes, [], at);
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
      await takeBackAll(turn, countedScopes, at);
      metrics.count("TurnLimited", { of: ownerOf(by.scope) });
      log.info("turn_limited", {
        ...idsOf(turn, "bot_user"),
        limit: nameOfLimit(by),
        freeAt: new Date(by.freeAt).toISOString(),
      });
      return { status: "limited", by };
    }
    // Nobody waits for it.
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
