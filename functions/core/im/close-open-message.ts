import type { Clock } from "#core/shared/clock.ts";
import { BridgeError } from "#core/shared/errors.ts";
import type { CompleteReason, ImMessages, MessageRoute, OpenMessage } from "./im-messages.ts";
import { retryUntilAccepted } from "./retry.ts";

export interface CloseOpenMessagePorts {
  readonly im: Pick<ImMessages, "sendChunk">;
  readonly clock: Clock;
}

const maxRetryMs = 5_000;
/** Number of sequence numbers to try: the last checkpoint may be several seconds of chunks behind. */
const maxTries = 20;

/**
 * Closes a stream message whose sender died. The number of its last chunk is known only
 * approximately, and the IM accepts only the next number.
 * @throws BridgeError if the IM accepts none of the numbers.
 */
export const makeCloseOpenMessage =
  ({ im, clock }: CloseOpenMessagePorts) =>
  async (route: MessageRoute, { messageUID, seq }: OpenMessage, reason: CompleteReason): Promise<void> => {
    for (let attempt = 1; ; attempt += 1) {
      const chunk = { seq: seq + attempt, text: "", messageUID, completeReason: reason };
      try {
        await retryUntilAccepted(() => im.sendChunk(route, chunk), {
          clock,
          until: clock.now() + maxRetryMs,
        });
        return;
      } catch (error) {
        if (error instanceof BridgeError && error.code === "stream_ended") return;
        const isWrongNumber = error instanceof BridgeError && !error.retryable;
        if (!isWrongNumber || attempt === maxTries) throw error;
      }
    }
  };
