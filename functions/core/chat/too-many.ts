import { BridgeError } from "#core/shared/errors.ts";

/** `what` the user has too many of. */
export const tooMany = (what: string, retryAfterMs: number): BridgeError =>
  new BridgeError("rate_limited", `too many ${what}, please slow down`, {
    expose: true,
    retryable: true,
    retryAfterMs,
  });
