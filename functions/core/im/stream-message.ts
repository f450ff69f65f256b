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
  /** Called when the IM limits the rate. */
  readonly onRateLimit: () => void;
}

export type ChunkResult =
  | "accepted"
  /** The IM has closed the message: send the chunk in a new one. */
  | "ended"
  /** The reply to the first chunk was lost: the message may exist, but its id is unknown. */
  | "unknown";

/** One stream message in the IM. */
export interface StreamMessage {
  /** Whether any of its text may have reached the user. */
  readonly begun: boolean;
  /** Size of its text, in bytes. */
  readonly size: number;
  /** Undefined before the message has begun and after it is closed. */
  readonly open: OpenMessage | undefined;
  /**
   * Sends the next chunk, or with a `reason` the last one, and retries until `until` (milliseconds since the epoch).
   * @throws BridgeError if the IM does not accept it.
   */
  send(text: string, reason: CompleteReason | undefined, until: number): Promise<ChunkResult>;
}

/** A stream message that another worker has begun, with the text that it has. */
export interface BegunMessage {
  readonly open: OpenMessage;
  readonly text: string;
}

export const makeStreamMessage = (
  route: MessageRoute,
  { im, clock, onCall, onRateLimit }: StreamMessagePorts,
  earlier?: BegunMessage,
): StreamMessage => {
  let open = earlier?.open;
  let begun = earlier !== undefined;
  let size = messageSize(earlier?.text ?? "");

  /** Returns the message's id, or undefined if it is unknown. The reply to an accepted chunk may be lost. */
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
      // An earlier attempt was accepted if this one was refused for its number, or because the message was closed by it.
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
