import { type Limits, limitNames, type Rates } from "#core/bot/limits.ts";
import type { CountableTurn, CountedScope } from "./limit-store.ts";

const hasRates = (rates: Rates): boolean => limitNames.some((name) => rates[name] !== undefined);

/** The counts that have limits: without limits, none. */
export const scopesOf = (
  { appKey, botUserId, userId, integration: { type, options } }: CountableTurn,
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
