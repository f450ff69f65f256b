import type { LimitScope, ReachedLimit } from "./limit-store.ts";

const settingOf: Record<LimitScope, string> = {
  app: "app",
  bot: "bot",
  app_user: "app.perUser",
  bot_user: "bot.perUser",
};

/** The name of a limit in log lines and stories, such as `bot.perUser.turnsPerDay`. */
export const nameOfLimit = ({ scope, limit }: Pick<ReachedLimit, "scope" | "limit">): string =>
  `${settingOf[scope]}.${limit}`;

/** Whose limit it is, as the dimension of metrics: operators act on an app's or a bot's limit. */
export const ownerOf = (scope: LimitScope): "app" | "bot" | "user" =>
  scope === "app" || scope === "bot" ? scope : "user";
