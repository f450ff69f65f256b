import type { Clock } from "#core/shared/clock.ts";
import { BridgeError } from "#core/shared/errors.ts";
import type { CompleteReason, ImMessages, MessageRoute, OpenMessage } from "./im-messages.ts";
import { messageSize } from "./message-size.ts";
import { retryUntilAccepted } from "./retry.ts";

export interface StreamMessagePorts {
  readonly im: Pick<ImMessages, "sendChunk">;
  readonly clock: Clock;
  /** Called before each call. */
  readonly onCall: () => void;
  /** Called whenever the IM asks for fewer calls. */
  readonly onRateLimit: () => void;
}

export type ChunkResult =
  | "accepted"
  /** The IM has ended the message: the chunk belongs into another. */
  | "ended"
  /** Whether the message has begun at all cannot be known: its id was in a reply that was lost. */
  | "unknown";

/** One stream message of the IM. */
export interface StreamMessage {
  /** Whether anything of it may have reached the user. */
  readonly begun: boolean;
  /** Of its text, in bytes. */
  readonly size: number;
  /** Undefined before it has begun and after it has ended. */
  readonly open: OpenMessage | undefined;
  /**
   * Sends its next chunk, with a reason its last, and retries until `until` (milliseconds since the epoch).
   * @throws BridgeError where the IM does not accept it.
   */
  send(text: string, reason: CompleteReason | undefined, until: number): Promise<ChunkResult>;
}

export const makeStreamMessage = (
  route: MessageRoute,
  { im, clock, onCall, onRateLimit }: StreamMessagePorts,
): StreamMessage => {
  let open: OpenMessage | undefined;
  let begun = false;
  let size = 0;

  /** Returns the message's id, undefined where it cannot be known. The reply to an accepted chunk may be lost. */
  const sendChunk = async (
    text: string,
    reason: CompleteReason | undefined,
    until: number,
  ): Promise<string | undefined> => {
    const messageUID = open?.messageUID;
    const chunk = { seq: (open?.seq ?? 0) + 1, text, messageUID, completeReason: reason };
    let mayBeAccepted = false;
    const onFailure = ({ code, uncertain, retryable }: BridgeError): boolean => {
      if (code === "rate_limited") onRateLimit();
      mayBeAccepted ||= uncertain;
      // A second first chunk would be a second message.
      return retryable && (messageUID !== undefined || !mayBeAccepted);
    };
    const call = (): Promise<string> => {
      onCall();
      return im.sendChunk(route, chunk);
    };
    try {
      return await retryUntilAccepted(call, { clock, until, onFailure });
    } catch (error) {
      if (!(mayBeAccepted && error instanceof BridgeError)) throw error;
      if (messageUID === undefined) return undefined;
      // Refused now for its number, or since the message has ended, as this chunk asked for: it was accepted before.
      const isAccepted = error.code === "stream_ended" ? reason !== undefined : !error.retryable;
      if (isAccepted) return messageUID;
      throw error;
    }
  };

  return {
    get begun() {
      return begun;
    },
    get size() {
      return size;
    },
    get open() {
      return open;
    },
    send: async (text, reason, until) => {
      begun = true;
      try {
        const messageUID = await sendChunk(text, reason, until);
        if (messageUID === undefined) return "unknown";
        open = reason === undefined ? { messageUID, seq: (open?.seq ?? 0) + 1 } : undefined;
        size += messageSize(text);
        return "accepted";
      } catch (error) {
        if (!(error instanceof BridgeError && error.code === "stream_ended")) throw error;
        open = undefined;
        return "ended";
      }
    },
  };
};
