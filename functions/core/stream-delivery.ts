import type { AnswerEnding, AnswerSink, Delivery } from "./answer-sink.ts";
import type { Clock } from "./clock.ts";
import { type CompleteReason, completeReason, type ImMessages, type MessageRoute } from "./im-messages.ts";
import { tryUntilTaken } from "./try-until-taken.ts";

export interface StreamDeliveryPorts {
  readonly im: ImMessages;
  readonly clock: Clock;
  /** Least time between the starts of two calls: RongCloud takes 100 a second of an app. */
  readonly beatMs: number;
  /** For how long a chunk is tried before the answer counts as undeliverable. */
  readonly patienceMs: number;
}

/** RongCloud ends a stream message after 30 s of silence (docs/spec/rongcloud.md, section 8): a tool may take longer. */
const tickMs = 20_000;

/** The endings that a user sees. */
type Sent = Exclude<AnswerEnding, { status: "abandoned" }>;

const reasonFor = (ending: Sent, isAlone: boolean): CompleteReason => {
  switch (ending.status) {
    case "complete":
      return completeReason.ended;
    case "stopped":
      return completeReason.stopped;
    case "failed":
      // A sentence that stands alone is a whole message; only text before it can have broken off.
      return isAlone ? completeReason.ended : completeReason.brokenOff;
  }
};

/**
 * Brings an answer to the IM as a stream message: the first text at once, the rest gathered and sent at a beat,
 * one call in flight, in order of `seq`. A replacement after text has gone out closes the message and follows as
 * a message of its own.
 */
export const makeStreamDelivery =
  ({ im, clock, beatMs, patienceMs }: StreamDeliveryPorts) =>
  (route: MessageRoute): AnswerSink => {
    const arrived = Promise.withResolvers<Delivery>();
    let waiting = "";
    let closing: CompleteReason | undefined;
    let abandoned = false;
    let replaced = false;
    let running = false;
    let seq = 0;
    let messageUID: string | undefined;
    let nextBeatAt = 0;
    let lastCallAt = 0;
    let tickDue = false;
    let isTicking = false;
    const over = new AbortController();

    const send = async (text: string, reason: CompleteReason | undefined): Promise<void> => {
      seq += 1;
      const chunk = { seq, text, messageUID, completeReason: reason };
      const call = (): Promise<string> => {
        lastCallAt = clock.now();
        nextBeatAt = lastCallAt + beatMs;
        return im.sendChunk(route, chunk);
      };
      messageUID = await tryUntilTaken(call, { clock, patienceMs });
      if (!isTicking) tick();
    };

    const tick = async (): Promise<void> => {
      isTicking = true;
      while (!over.signal.aborted) {
        await clock.sleep(Math.max(beatMs, lastCallAt + tickMs - clock.now()), over.signal);
        tickDue = seq > 0 && clock.now() - lastCallAt >= tickMs;
        if (tickDue) run();
      }
    };

    const settle = (delivery: Delivery): void => {
      over.abort();
      arrived.resolve(delivery);
    };

    const startNextMessage = async (): Promise<void> => {
      replaced = false;
      if (seq > 0) await send("", completeReason.replaced);
      seq = 0;
      messageUID = undefined;
    };

    const hasWork = (): boolean => replaced || tickDue || waiting !== "" || closing !== undefined;

    const sendWaiting = async (): Promise<void> => {
      while (hasWork()) {
        const pauseMs = nextBeatAt - clock.now();
        if (pauseMs > 0) await clock.sleep(pauseMs);
        if (abandoned) return;
        if (replaced) {
          await startNextMessage();
          continue;
        }
        const [text, last] = [waiting, closing];
        waiting = "";
        tickDue = false;
        if (text !== "" || seq > 0) await send(text, last);
        // `running` stays set: nothing follows an end.
        if (last !== undefined) return settle({ status: "delivered" });
      }
      // Within the tick that found no work, or what comes in the next one would wait for ever.
      running = false;
    };

    // Starts within the caller's own tick, so that nothing stands between the first delta and the first call.
    const run = (): void => {
      if (running) return;
      running = true;
      // Here too `running` stays set: what the IM refused is not followed by a piece out of order.
      sendWaiting().catch((error: unknown) => settle({ status: "undelivered", reason: String(error) }));
    };

    return {
      delta: (text) => {
        waiting += text;
        run();
      },
      replace: (text) => {
        replaced = seq > 0;
        waiting = text;
        run();
      },
      end: (given) => {
        if (given.status === "abandoned") {
          abandoned = true;
          settle({ status: "undelivered", reason: "abandoned" });
          return arrived.promise;
        }
        closing = reasonFor(given, seq === 0 && waiting === "");
        if (given.status === "failed") waiting += given.sentence;
        run();
        return arrived.promise;
      },
    };
  };
