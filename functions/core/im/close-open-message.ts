import type { Clock } from "#core/shared/clock.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { completeReason, type ImMessages, type MessageRoute, type OpenMessage } from "./im-messages.ts";
import { tryUntilTaken } from "./retry.ts";

export interface CloseOpenMessagePorts {
  readonly im: Pick<ImMessages, "sendChunk">;
  readonly clock: Clock;
}

const patienceMs = 5_000;
/** What was noted lags behind by the chunks of some seconds. */
const mostTried = 20;

/**
 * Closes, as broken off, a stream message whose sender died. The number of its last chunk is known but roughly, and the IM
 * takes the next one alone.
 * @throws BridgeError where the IM takes none.
 */
export const makeCloseOpenMessage =
  ({ im, clock }: CloseOpenMessagePorts) =>
  async (route: MessageRoute, { messageUID, seq }: OpenMessage): Promise<void> => {
    for (let tried = 1; ; tried += 1) {
      const chunk = { seq: seq + tried, text: "", messageUID, completeReason: completeReason.brokenOff };
      try {
        await tryUntilTaken(() => im.sendChunk(route, chunk), { clock, until: clock.now() + patienceMs });
        return;
      } catch (error) {
        if (error instanceof BridgeError && error.code === "stream_ended") return;
        const isItsNumber = error instanceof BridgeError && !error.retryable;
        if (!isItsNumber || tried === mostTried) throw error;
      }
    }
  };
