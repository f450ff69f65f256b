import type { Clock } from "#core/shared/clock.ts";
import { BridgeError } from "#core/shared/errors.ts";
import type { Log } from "#core/shared/log.ts";
import type { ImMessages, MessageRoute } from "./im-messages.ts";
import { observeCalls } from "./observe-calls.ts";

export interface LogRefusalsPorts {
  readonly im: ImMessages;
  readonly log: Log;
  readonly clock: Clock;
}

/** A call that the IM refuses is retried many times: the refusals of one bot are logged this often, in milliseconds. */
const everyMs = 10_000;

/**
 * Logs that the IM refuses messages while it does: an answer is retried for two minutes before it is given up. `refusals`: how many
 * there were since the last line.
 */
export const withRefusalsLogged = ({ im, log, clock }: LogRefusalsPorts): ImMessages => {
  /** By app and bot. A process serves few. */
  const logged = new Map<string, { at: number; refusals: number }>();

  const note = ({ appKey, fromUserId }: MessageRoute, error: unknown): void => {
    if (!(error instanceof BridgeError)) return;
    const key = JSON.stringify([appKey, fromUserId, error.code]);
    const now = clock.now();
    const last = logged.get(key);
    if (last && now - last.at < everyMs) {
      last.refusals += 1;
      return;
    }
    log.warn("im_refused", {
      app: appKey,
      bot: fromUserId,
      code: error.code,
      reason: error.logSafeMessage,
      retryAfterMs: error.retryAfterMs,
      refusals: 1 + (last?.refusals ?? 0),
    });
    logged.set(key, { at: now, refusals: 0 });
  };

  return observeCalls(im, { onRefused: (error, { route }) => note(route, error) });
};
