import type { Clock } from "#core/shared/clock.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { completeReason, type ImMessages, type MessageRoute, type OpenMessage } from "./im-messages.ts";
import { retryUntilAccepted } from "./retry.ts";

export interface CloseOpenMessagePorts {
  readonly im: Pick<ImMessages, "sendChunk">;
  readonly clock: Clock;
}

const maxRetryMs = 5_000;
/** Sequence numbers to try: the last checkpoint may be some seconds of chunks behind. */
const maxTries = 20;

/**
 * Closes, as broken off, a stream message whose sender died. The number of its last chunk is known only approximately, and
 * the IM accepts no number but the next.
 * @throws BridgeError where the IM accepts none.
 */
export const makeCloseOpenMessage =
  ({ im, clock }: CloseOpenMessagePorts) =>
  async (route: MessageRoute, { messageUID, seq }: OpenMessage): Promise<void> => {
    for (let tried = 1; ; tried += 1) {
      const chunk = { seq: seq + tried, text: "", messageUID, completeReason: completeReason.brokenOff };
      try {
        await retryUntilAccepted(() => im.sendChunk(route, chunk), {
          clock,
          until: clock.now() + maxRetryMs,
        });
        return;
      } catch (error) {
        if (error instanceof BridgeError && error.code === "stream_ended") return;
        const isItsNumber = error instanceof BridgeError && !error.retryable;
        if (!isItsNumber || tried === maxTries) throw error;
      }
    }
  };
