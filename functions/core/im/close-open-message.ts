import type { Clock } from "#core/shared/clock.ts";
import { BridgeError } from "#core/shared/errors.ts";
import type { CompleteReason, ImMessages, MessageRoute, OpenMessage, StreamChunk } from "./im-messages.ts";
import { retryUntilAccepted } from "./retry.ts";

export interface CloseOpenMessagePorts {
  readonly im: Pick<ImMessages, "sendChunk">;
  readonly clock: Clock;
}

const maxRetryMs = 5_000;
/** Number of sequence numbers to try: the last checkpoint may be several seconds of chunks behind. */
const maxTries = 25;

export type FoundNumber =
  /** The IM has accepted an empty chunk. `isCertain`: only the one with this number. */
  | { readonly status: "accepted"; readonly seq: number; readonly isCertain: boolean }
  /** The IM has ended the message after a long silence. */
  | { readonly status: "ended" }
  /** The IM accepts no number: the message was closed. */
  | { readonly status: "refused"; readonly error: BridgeError };

export interface FindNumberOptions {
  readonly clock: Clock;
  readonly completeReason: CompleteReason | undefined;
  /** When the last attempt is made with one number, in milliseconds since the epoch. */
  readonly until: () => number;
}

/**
 * Sends an empty chunk of a stream message whose sender died. The number of its last chunk is known only approximately, and
 * the IM accepts only the next number.
 * @throws BridgeError if the IM does not answer.
 */
export const sendAtNextNumber = async (
  sendChunk: (chunk: StreamChunk) => Promise<string>,
  { messageUID, seq }: OpenMessage,
  { clock, completeReason, until }: FindNumberOptions,
): Promise<FoundNumber> => {
  let isCertain = true;
  const onFailure = ({ retryable, uncertain }: BridgeError): boolean => {
    isCertain &&= !uncertain;
    return retryable;
  };
  for (let attempt = 1; ; attempt += 1) {
    const chunk = { seq: seq + attempt, text: "", messageUID, completeReason };
    try {
      await retryUntilAccepted(() => sendChunk(chunk), { clock, until: until(), onFailure });
      return { status: "accepted", seq: chunk.seq, isCertain };
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      if (error.code === "stream_ended") return { status: "ended" };
      if (error.retryable) throw error;
      if (attempt === maxTries) return { status: "refused", error };
    }
  }
};

/**
 * Closes a stream message whose sender died.
 * @throws BridgeError if the IM accepts none of the numbers.
 */
export const makeCloseOpenMessage =
  ({ im, clock }: CloseOpenMessagePorts) =>
  async (route: MessageRoute, open: OpenMessage, reason: CompleteReason): Promise<void> => {
    const found = await sendAtNextNumber((chunk) => im.sendChunk(route, chunk), open, {
      clock,
      completeReason: reason,
      until: () => clock.now() + maxRetryMs,
    });
    if (found.status === "refused") throw found.error;
  };
