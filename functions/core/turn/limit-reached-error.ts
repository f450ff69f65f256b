import type { LimitName } from "#core/bot/limits.ts";
import { BridgeError } from "#core/shared/errors.ts";
import type { LimitScope, ReachedLimit } from "./limit-store.ts";

const subjectOf: Record<LimitScope, string> = {
  app: "the app has",
  bot: "the bot has",
  app_user: "the user has",
  bot_user: "the user has, with this bot,",
};
const unitOf: Record<LimitName, string> = {
  turnsPerMinute: "turns of this minute",
  turnsPerDay: "turns of this day",
  tokensPerDay: "tokens of this day",
};

/** A limit does not allow a turn. The message says which one, and nothing of what others have used. */
export class LimitReachedError extends BridgeError {
  readonly by: ReachedLimit;

  constructor(by: ReachedLimit, now: number) {
    const { scope, limit, freeAt } = by;
    super(
      "rate_limited",
      `${limit}: ${subjectOf[scope]} used up the ${unitOf[limit]}; retry from ${new Date(freeAt).toISOString()} on`,
      { expose: true, retryable: true, retryAfterMs: Math.max(0, freeAt - now) },
    );
    this.by = by;
  }
}
