import type { AnswerEnding, AnswerSink, Delivery } from "#core/answer/answer-sink.ts";
import type { Clock } from "#core/shared/clock.ts";
import {
  type CompleteReason,
  completeReason,
  type DeliveryLease,
  type ImMessages,
  type MessageRoute,
} from "./im-messages.ts";
import { fullMessageBytes, maxMessageBytes, messageSize, splitLength } from "./message-size.ts";
import { makeSendPacer } from "./send-pacer.ts";
import { makeStreamMessage, type StreamMessage } from "./stream-message.ts";
import { makeWholeDelivery } from "./whole-delivery.ts";

export interface StreamDeliveryPorts {
  readonly im: Pick<ImMessages, "sendChunk" | "sendText">;
  readonly clock: Clock;
  /** Shortest interval between the starts of two calls, in milliseconds: the IM accepts 100 calls a second from an app. */
  readonly minIntervalMs: number;
  /** For how long a chunk is tried before the answer counts as undeliverable, in milliseconds, if the worker has so long. */
  readonly maxRetryMs: number;
}

/** Time that other chunks leave for the last one, in milliseconds. */
const closingMs = 12_000;

/** RongCloud ends a stream message after 30 s of silence (docs/spec/rongcloud.md, section 8): a tool may take longer. */
const tickMs = 20_000;

/** In characters: with more of an answer waiting, the model waits too. */
const maxWaitingLength = 64 * 1024;

/** The endings that a user sees. */
type Sent = Exclude<AnswerEnding, { status: "abandoned" }>;

const reasonFor = (ending: Sent, isAlone: boolean): CompleteReason => {
  switch (ending.status) {
    case "complete":
    case "truncated":
    case "paused":
      return completeReason.ended;
    case "stopped":
      return completeReason.stopped;
    case "failed":
      // A sentence that stands alone is a whole message; only text before it can have broken off.
      return isAlone ? completeReason.ended : completeReason.brokenOff;
  }
};

/** How much of what waits belongs into a message that has `size` bytes already; undefined: all of it, and it goes on. */
const cutLength = (waiting: string, size: number): number | undefined => {
  const total = size + messageSize(waiting);
  if (total > maxMessageBytes) return splitLength(waiting, maxMessageBytes - size);
  if (total <= fullMessageBytes) return undefined;
  const paragraph = waiting.indexOf("\n\n");
  return paragraph < 0 ? undefined : paragraph + 2;
};

/**
 * Sends an answer to the IM as a stream message: the first text at once, the rest gathered and sent at an interval, one
 * call in flight, in order of `seq`. A replacement after text has gone out closes the message and follows as a message
 * of its own; what is too long for one message goes on in the next. Where the reply to a first chunk was lost, nobody
 * knows the message's id: the answer then comes as an ordinary message at its end.
 */
export const makeStreamDelivery = ({ im, clock, minIntervalMs, maxRetryMs }: StreamDeliveryPorts) => {
  const bringWholeTo = makeWholeDelivery({ im, clock, maxRetryMs });

  return (route: MessageRoute, lease: DeliveryLease): AnswerSink => {
    const arrived = Promise.withResolvers<Delivery>();
    const pacer = makeSendPacer(minIntervalMs);
    const settled = new AbortController();
    const gaveUp = new AbortController();
    let waiting = "";
    let closing: CompleteReason | undefined;
    let replaced = false;
    let running = false;
    let nextCallAt = 0;
    let lastCallAt = 0;
    let tickDue = false;
    let isTicking = false;
    let drained: PromiseWithResolvers<void> | undefined;
    let whole: AnswerSink | undefined;

    const onCall = (): void => {
      lastCallAt = clock.now();
      nextCallAt = lastCallAt + pacer.intervalMs;
    };
    const startMessage = (): StreamMessage =>
      makeStreamMessage(route, { im, clock, onCall, onRateLimit: pacer.slowDown });
    let message = startMessage();

    const drain = (): void => {
      drained?.resolve();
      drained = undefined;
    };

    const settle = (delivery: Delivery): void => {
      settled.abort();
      drain();
      if (delivery.status === "undelivered") gaveUp.abort();
      arrived.resolve(delivery);
    };

    const untilFor = (reason: CompleteReason | undefined): number =>
      Math.min(clock.now() + maxRetryMs, lease.deliverBy - (reason === undefined ? closingMs : 0));

    const send = async (text: string, reason: CompleteReason | undefined): Promise<void> => {
      const result = await message.send(text, reason, untilFor(reason));
      pacer.onAccepted();
      lease.onOpen(message.open);
      if (!isTicking) tick();
      if (result === "accepted" && reason === undefined) return;
      message = startMessage();
      if (result === "accepted") return;
      // Unless something else is to take its place by now.
      if (!replaced) waiting = text + waiting;
      if (result === "ended") return;
      whole = bringWholeTo(route, lease);
      whole.delta(waiting);
      waiting = "";
      drain();
    };

    const tick = async (): Promise<void> => {
      isTicking = true;
      while (!settled.signal.aborted) {
        await clock.sleep(Math.max(pacer.intervalMs, lastCallAt + tickMs - clock.now()), settled.signal);
        tickDue = message.open !== undefined && clock.now() - lastCallAt >= tickMs;
        if (tickDue) run();
      }
    };

    const hasWork = (): boolean => replaced || tickDue || waiting !== "" || closing !== undefined;

    const sendNext = async (): Promise<void> => {
      if (replaced) {
        replaced = false;
        if (message.open) await send("", completeReason.replaced);
        return;
      }
      tickDue = false;
      const cut = cutLength(waiting, message.size);
      const text = waiting.slice(0, cut);
      waiting = waiting.slice(text.length);
      drain();
      if (cut !== undefined) return send(text, completeReason.continued);
      const last = closing;
      if (text !== "" || message.open) await send(text, last);
      if (last === undefined || waiting !== "") return;
      settle(whole ? await whole.end({ status: "complete" }) : { status: "delivered" });
    };

    const sendWaiting = async (): Promise<void> => {
      while (hasWork() && !settled.signal.aborted) {
        const pauseMs = nextCallAt - clock.now();
        if (pauseMs > 0) await clock.sleep(pauseMs, settled.signal);
        if (settled.signal.aborted) return;
        if (!lease.isHeld()) return settle({ status: "undelivered", reason: "abandoned" });
        await sendNext();
        // `running` stays set: from now on all goes into the one message at the end.
        if (whole && closing === undefined) return;
      }
      // In the same tick that found no work, or what comes in the next one would wait forever.
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
      gaveUp: gaveUp.signal,
      delta: (text) => {
        if (whole) return whole.delta(text);
        if (settled.signal.aborted) return undefined;
        waiting += text;
        run();
        if (waiting.length <= maxWaitingLength) return undefined;
        drained ??= Promise.withResolvers<void>();
        return drained.promise;
      },
      replace: (text) => {
        if (whole) return whole.replace(text);
        replaced = message.begun;
        waiting = text;
        run();
        return undefined;
      },
      end: async (given) => {
        if (given.status === "abandoned") settle({ status: "undelivered", reason: "abandoned" });
        else if (whole) settle(await whole.end(given));
        else {
          closing = reasonFor(given, !message.begun && waiting === "");
          if ("sentence" in given) waiting += given.sentence;
          run();
        }
        return arrived.promise;
      },
    };
  };
};
