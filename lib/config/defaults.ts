import { defaultBounds, defaultReservations, type ReservedConcurrency } from "../capacity.ts";
import { defaultBotShare } from "./capacity-settings.ts";
import type { Settings } from "./settings.ts";

/** Hosts of RongCloud's API (docs/spec/rongcloud.md, section 10). */
const rongcloudHost = /(^|\.)(rong-api|(sg|sg-b|us|sau)-light-api)\.com$/;

const isRongCloud = (url: string): boolean => rongcloudHost.test(URL.parse(url)?.hostname ?? "");

/** Fills in the defaults that depend on other settings. */
export const withDefaults = (given: Settings) => {
  const { accountConcurrency: account, reservedConcurrency } = given;
  const production = given.production ?? given.stage === "prod";
  const reservedChats = reservedConcurrency?.["chat-stream"];
  const bounds = {
    ...defaultBounds(account),
    ...(reservedChats !== undefined && { chatsInFlight: reservedChats }),
  };
  const chatsInFlight = given.chatsInFlight ?? bounds.chatsInFlight;
  const reserved: ReservedConcurrency = {
    ...(production && defaultReservations(account, { chat: given.chat, chatsInFlight })),
    ...reservedConcurrency,
  };
  return {
    ...given,
    production,
    passThrough: given.passThrough ?? isRongCloud(given.rongcloudApiUrl),
    turnsInFlight: given.turnsInFlight ?? bounds.turnsInFlight,
    webhooksInFlight: given.webhooksInFlight ?? bounds.webhooksInFlight,
    chatsInFlight,
    botShare: given.botShare ?? Math.min(defaultBotShare, given.appShare),
    reservedConcurrency: reserved,
  };
};
