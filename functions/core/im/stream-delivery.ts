import type { AnswerEnding, AnswerSink, Delivery } from "#core/answer/answer-sink.ts";
import type { Clock } from "#core/shared/clock.ts";
import { makeChunkPlanner } from "./chunk-planner.ts";
import {
  type CompleteReason,
  completeReason,
  type DeliveryLease,
  type ImMessages,
  type MessageRoute,
  type OpenMessage,
} from "./im-messages.ts";
import { type Continuation, makeBlockTracker, noContinuation } from "./markdown-blocks.ts";
import {
  closingBytes,
  maxMessageBytes,
  messageSize,
  softMaxMessageBytes,
  splitLength,
} from "./message-size.ts";
import { isTextRefused, notifyRefused } from "./notify-refused.ts";
import { makeOutgoingText } from "./outgoing-text.ts";
import { makeSendPacer } from "./send-pacer.ts";
import { makeStreamMessage, type StreamMessage, type StreamMessagePorts } from "./stream-message.ts";
import { makeWholeDelivery } from "./whole-delivery.ts";

export interface StreamDeliveryPorts {
  readonly im: Pick<ImMessages, "sendChunk" | "sendText">;
  readonly clock: Clock;
  /** The interval between the starts of two calls, in milliseconds, if the app has this many answers in progress. */
  readonly intervalMs: (answers: number) => number;
  /**
   * How long a chunk is retried before the answer counts as undeliverable, in milliseconds; less if the worker ends
   * earlier.
   */
  readonly maxRetryMs: number;
}

/** What an earlier worker has sent. */
export interface EarlierText {
  /** The answer's text that was sent. */
  readonly text: string;
  /** The stream message that the text ends in; undefined if the IM has ended it. */
  readonly open: OpenMessage | undefined;
}

/** `earlier`: the text that an earlier worker has sent; the sink gets only what follows it. */
export type StreamDelivery = (route: MessageRoute, lease: DeliveryLease, earlier?: EarlierText) => AnswerSink;

/** Time reserved for the last chunk, in milliseconds: retries of other chunks end earlier. */
const closingMs = 12_000;

/**
 * Interval of keep-alive chunks: RongCloud ends a stream message after 30 s without one (docs/spec/rongcloud.md, section
 * 8), and a tool call may take longer.
 */
export const keepAliveMs = 20_000;

/** After this long without a chunk, a checkpoint says that all text was sent, in milliseconds. */
const idleMs = 2_000;

/** In characters: if more text than this is waiting, the model is asked to wait too. */
const maxWaitingLength = 64 * 1024;

/** The endings that the user sees. */
type VisibleEnding = Exclude<AnswerEnding, { status: "abandoned" }>;

const reasonFor = (ending: VisibleEnding, isOnlyText: boolean): CompleteReason => {
  switch (ending.status) {
    case "complete":
    case "truncated":
    case "paused":
      return completeReason.ended;
    case "stopped":
      return completeReason.stopped;
    case "failed":
      // A sentence without text before it is a complete message; only an answer that has begun can be broken off.
      return isOnlyText ? completeReason.ended : completeReason.brokenOff;
  }
};

/**
 * The length of the waiting text that still fits into a message of `size` bytes; undefined: all of it, and the message
 * stays open.
 */
const cutLength = (waiting: string, size: number): number | undefined => {
  // A character has at least one byte, so the rest need not be measured.
  const total = size + messageSize(waiting.slice(0, maxMessageBytes));
  const maxBytes = maxMessageBytes - closingBytes;
  if (total > maxBytes) return splitLength(waiting, maxBytes - size);
  if (total <= softMaxMessageBytes) return undefined;
  const paragraph = waiting.indexOf("\n\n");
  return paragraph < 0 ? undefined : paragraph + 2;
};

/**
 * Sends an answer to the IM as a stream message: the first text immediately, the rest batched at an interval, with one call
 * in flight, in order of `seq`. A replacement after text was sent closes the message and is sent as a new one. Text that is
 * too long for one message continues in the next. If the reply to a first chunk is lost, the message's id is unknown: the
 * rest of the answer is then sent as a plain message at its end.
 *
 * If another worker could go on with the answer, later chunks are cut by a plan that is stored before (`ChunkPlanner`).
 */
export const makeStreamDelivery = ({
  im,
  clock,
  intervalMs,
  maxRetryMs,
}: StreamDeliveryPorts): StreamDelivery => {
  const deliverWhole = makeWholeDelivery({ im, clock, maxRetryMs });

  return (route, lease, earlier) => {
    const delivered = Promise.withResolvers<Delivery>();
    const pacer = makeSendPacer(() => intervalMs(lease.answersInProgress?.() ?? 1));
    const finished = new AbortController();
    const gaveUp = new AbortController();
    const full = new AbortController();
    let closing: CompleteReason | undefined;
    let replaced = false;
    let running = false;
    let nextCallAt = 0;
    let lastCallAt = 0;
    let isKeepAliveDue = false;
    let isKeptAlive = false;
    let drained: PromiseWithResolvers<void> | undefined;
    let whole: AnswerSink | undefined;
    /** The pause before the next chunk, and what ends it. */
    let pause: { readonly until: number; readonly end: AbortController } | undefined;
    const text = makeOutgoingText();

    const onCall = (): void => {
      lastCallAt = clock.now();
      nextCallAt = lastCallAt + pacer.intervalMs;
    };
    const messagePorts: StreamMessagePorts = { im, clock, onCall, onRateLimit: pacer.slowDown };
    const startMessage = (): StreamMessage => makeStreamMessage(route, messagePorts);
    let message = startMessage();
    /** Of the text that the message has. */
    let blocks = makeBlockTracker();

    const planner = makeChunkPlanner({ clock, lease, intervalMs: () => pacer.intervalMs });
    /** The message, if its chunks are cut by a plan. */
    const plannedMessage = (): OpenMessage | undefined =>
      lease.isResumable?.() === true ? message.open : undefined;
    const nextSendAt = (): number => {
      // The last chunk takes the place of the next one: it is not one call more.
      if (closing !== undefined) return 0;
      const open = plannedMessage();
      if (!open || replaced || isKeepAliveDue) return nextCallAt;
      return Math.max(nextCallAt, planner.nextChunkAt(open, text.waiting));
    };

    const drain = (): void => {
      drained?.resolve();
      drained = undefined;
    };

    const finish = (delivery: Delivery): void => {
      finished.abort("finished");
      pause?.end.abort("finished");
      drain();
      if (delivery.status === "undelivered") gaveUp.abort();
      delivered.resolve(delivery);
    };

    const retryUntil = (reason: CompleteReason | undefined): number =>
      Math.min(clock.now() + maxRetryMs, lease.deliverBy - (reason === undefined ? closingMs : 0));

    /** `next`: how the block that the message ends in is closed, and opened again in the next. */
    const send = async (
      chunk: string,
      reason: CompleteReason | undefined,
      next: Continuation = noContinuation,
    ): Promise<void> => {
      const result = await message.send(chunk + next.closing, reason, retryUntil(reason));
      pacer.onAccepted();
      if (result === "accepted") text.countSent(chunk);
      const open = plannedMessage();
      if (open) planner.begin(open, text.sent);
      else lease.onOpen(message.open);
      if (!isKeptAlive) keepAlive();
      if (result === "accepted" && reason === undefined) return blocks.push(chunk);
      planner.forget();
      const { reopen } = blocks.continuation();
      message = startMessage();
      blocks = makeBlockTracker();
      if (result === "accepted") {
        if (!replaced) text.reopenWith(next.reopen);
        return;
      }
      // Unless a replacement is waiting by now.
      if (!replaced) {
        text.putBack(chunk);
        if (reason !== completeReason.replaced) text.reopenWith(reopen);
      }
      if (result === "ended") return;
      whole = deliverWhole(route, lease);
      whole.full?.addEventListener("abort", () => full.abort(), { once: true });
      whole.delta(text.take());
      drain();
    };

    const saveIdle = (): void => {
      const open = plannedMessage();
      const isIdle = !running && !finished.signal.aborted && clock.now() - lastCallAt >= idleMs;
      if (open && isIdle && !planner.isIdleSaved) planner.saveIdle(open, text.sent);
    };

    const keepAlive = async (): Promise<void> => {
      isKeptAlive = true;
      while (!finished.signal.aborted) {
        const pauseMs = planner.isIdleSaved ? keepAliveMs : idleMs;
        await clock.sleep(Math.max(pacer.intervalMs, lastCallAt + pauseMs - clock.now()), finished.signal);
        saveIdle();
        isKeepAliveDue = message.open !== undefined && clock.now() - lastCallAt >= keepAliveMs;
        if (isKeepAliveDue) run();
      }
    };

    const hasWork = (): boolean => replaced || isKeepAliveDue || text.waiting !== "" || closing !== undefined;

    const sendPlanned = async (open: OpenMessage): Promise<void> => {
      const length = await planner.nextChunk(open, text.sent, () => text.waiting);
      if (length === undefined || replaced || !lease.isHeld()) return;
      const chunk = text.take(length);
      drain();
      await send(chunk, undefined);
    };

    const sendNext = async (): Promise<void> => {
      if (replaced) {
        replaced = false;
        const open = plannedMessage();
        if (open) await planner.end(open);
        text.forgetSent();
        if (message.open) await send("", completeReason.replaced);
        return;
      }
      isKeepAliveDue = false;
      const cut = cutLength(text.waiting, message.size);
      const open = plannedMessage();
      if (open && cut === undefined && closing === undefined) return sendPlanned(open);
      if (open && cut !== undefined) {
        await planner.end(open);
        if (replaced || !lease.isHeld()) return;
      }
      const chunk = text.take(cut);
      drain();
      if (cut !== undefined) return send(chunk, completeReason.continued, blocks.continuation(chunk));
      const reason = closing;
      if (chunk !== "" || message.open) await send(chunk, reason);
      if (reason === undefined || text.waiting !== "") return;
      finish(whole ? await whole.end({ status: "complete" }) : { status: "delivered" });
    };

    const sendWaiting = async (): Promise<void> => {
      while (hasWork() && !finished.signal.aborted) {
        for (let until = nextSendAt(); until > clock.now(); until = nextSendAt()) {
          pause = { until, end: new AbortController() };
          await clock.sleep(until - clock.now(), pause.end.signal);
          pause = undefined;
          if (finished.signal.aborted) return;
        }
        if (!lease.isHeld()) return finish({ status: "undelivered", reason: "abandoned" });
        await sendNext();
        // `running` stays set: from now on all text goes into the single message at the end.
        if (whole && closing === undefined) return;
      }
      // In the same tick as the check that found no work; otherwise text that arrives in between would wait forever.
      running = false;
    };

    // Starts in the caller's tick, so that the first delta leads to the first call without delay.
    const run = (): void => {
      if (running) {
        if (pause && nextSendAt() < pause.until) pause.end.abort("earlier");
        return;
      }
      running = true;
      // Here too `running` stays set: after a chunk that the IM refused, no later chunk is sent.
      sendWaiting().catch(async (error: unknown) => {
        // One attempt: the user gets a sentence in place of the rest.
        if (message.open && isTextRefused(error)) {
          await message.send("", completeReason.brokenOff, clock.now()).catch(() => undefined);
        }
        await notifyRefused(im, error, route);
        finish({ status: "undelivered", reason: String(error) });
      });
    };

    const startAfter = ({ text: before, open }: EarlierText): void => {
      text.countSent(before);
      blocks.push(before);
      lastCallAt = clock.now();
      if (open) {
        message = makeStreamMessage(route, messagePorts, { open, text: before });
        keepAlive();
      } else {
        text.reopenWith(blocks.continuation().reopen);
        blocks = makeBlockTracker();
      }
    };
    if (earlier) startAfter(earlier);

    return {
      gaveUp: gaveUp.signal,
      full: full.signal,
      delta: (more) => {
        if (whole) return whole.delta(more);
        if (finished.signal.aborted) return undefined;
        text.add(more);
        run();
        if (text.waiting.length <= maxWaitingLength) return undefined;
        drained ??= Promise.withResolvers<void>();
        return drained.promise;
      },
      replace: (replacement) => {
        if (whole) return whole.replace(replacement);
        replaced = message.begun;
        if (!replaced) text.forgetSent();
        text.replaceWaiting(replacement);
        run();
        return undefined;
      },
      end: async (ending) => {
        if (ending.status === "abandoned") finish({ status: "undelivered", reason: "abandoned" });
        else if (whole) finish(await whole.end(ending));
        else {
          if (ending.status === "stopped" && ending.dropsRest) {
            text.take();
            replaced = false;
          }
          closing = reasonFor(ending, !message.begun && text.waiting === "");
          if ("sentence" in ending) text.addSentence(ending.sentence);
          run();
        }
        return delivered.promise;
      },
    };
  };
};
