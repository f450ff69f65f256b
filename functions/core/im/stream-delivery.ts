import type { AnswerEnding, AnswerSink, Delivery } from "#core/answer/answer-sink.ts";
import type { Clock } from "#core/shared/clock.ts";
import { makeTextHash } from "#core/shared/text-hash.ts";
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
const settleMs = 2_000;

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
    const settled = new AbortController();
    const gaveUp = new AbortController();
    const full = new AbortController();
    let waiting = "";
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
    /** Of the answer's text in all messages, since it was last replaced. */
    let sent = makeTextHash();
    /** Number of characters at the start of `waiting` that only open a block again. */
    let reopening = 0;

    const onCall = (): void => {
      lastCallAt = clock.now();
      nextCallAt = lastCallAt + pacer.intervalMs;
    };
    const messagePorts: StreamMessagePorts = { im, clock, onCall, onRateLimit: pacer.slowDown };
    const startMessage = (): StreamMessage => makeStreamMessage(route, messagePorts);
    let message = startMessage();
    /** Of the text that the message has. */
    let blocks = makeBlockTracker();

    /** Opens a block again in the next message; set if no text has followed yet. */
    let reopenNext: Continuation["reopen"] | undefined;
    const reopenWith = (reopen: Continuation["reopen"]): void => {
      if (waiting === "") reopenNext = reopen;
      else {
        const before = waiting.length;
        waiting = reopen(waiting);
        reopening += waiting.length - before;
      }
    };
    const addText = (text: string): void => {
      const added = reopenNext ? reopenNext(text) : text;
      reopening += added.length - text.length;
      reopenNext = undefined;
      waiting += added;
    };
    const countSent = (text: string): void => {
      const opening = Math.min(reopening, text.length);
      reopening -= opening;
      sent.append(text.slice(opening));
    };

    const planner = makeChunkPlanner({ clock, lease, intervalMs: () => pacer.intervalMs });
    /** The message, if its chunks are cut by a plan. */
    const plannedMessage = (): OpenMessage | undefined =>
      lease.isResumable?.() === true ? message.open : undefined;
    const nextSendAt = (): number => {
      // The last chunk takes the place of the next one: it is not one call more.
      if (closing !== undefined) return 0;
      const open = plannedMessage();
      if (!open || replaced || isKeepAliveDue) return nextCallAt;
      return Math.max(nextCallAt, planner.nextChunkAt(open, waiting));
    };

    const drain = (): void => {
      drained?.resolve();
      drained = undefined;
    };

    const settle = (delivery: Delivery): void => {
      settled.abort("settled");
      pause?.end.abort("settled");
      drain();
      if (delivery.status === "undelivered") gaveUp.abort();
      delivered.resolve(delivery);
    };

    const retryUntil = (reason: CompleteReason | undefined): number =>
      Math.min(clock.now() + maxRetryMs, lease.deliverBy - (reason === undefined ? closingMs : 0));

    /** `next`: how the block that the message ends in is closed, and opened again in the next. */
    const send = async (
      text: string,
      reason: CompleteReason | undefined,
      next: Continuation = noContinuation,
    ): Promise<void> => {
      const result = await message.send(text + next.closing, reason, retryUntil(reason));
      pacer.onAccepted();
      if (result === "accepted") countSent(text);
      const open = plannedMessage();
      if (open) planner.begin(open, sent);
      else lease.onOpen(message.open);
      if (!isKeptAlive) keepAlive();
      if (result === "accepted" && reason === undefined) return blocks.push(text);
      planner.forget();
      const { reopen } = blocks.continuation();
      message = startMessage();
      blocks = makeBlockTracker();
      if (result === "accepted") {
        if (!replaced) reopenWith(next.reopen);
        return;
      }
      // Unless a replacement is waiting by now.
      if (!replaced) {
        waiting = text + waiting;
        if (reason !== completeReason.replaced) reopenWith(reopen);
      }
      if (result === "ended") return;
      whole = deliverWhole(route, lease);
      whole.full?.addEventListener("abort", () => full.abort(), { once: true });
      whole.delta(waiting);
      waiting = "";
      drain();
    };

    const settleCheckpoint = (): void => {
      const open = plannedMessage();
      const isIdle = !running && !settled.signal.aborted && clock.now() - lastCallAt >= settleMs;
      if (open && isIdle && !planner.isSettled) planner.settle(open, sent);
    };

    const keepAlive = async (): Promise<void> => {
      isKeptAlive = true;
      while (!settled.signal.aborted) {
        const pauseMs = planner.isSettled ? keepAliveMs : settleMs;
        await clock.sleep(Math.max(pacer.intervalMs, lastCallAt + pauseMs - clock.now()), settled.signal);
        settleCheckpoint();
        isKeepAliveDue = message.open !== undefined && clock.now() - lastCallAt >= keepAliveMs;
        if (isKeepAliveDue) run();
      }
    };

    const hasWork = (): boolean => replaced || isKeepAliveDue || waiting !== "" || closing !== undefined;

    const sendPlanned = async (open: OpenMessage): Promise<void> => {
      const length = await planner.nextChunk(open, sent, () => waiting);
      if (length === undefined || replaced || !lease.isHeld()) return;
      const text = waiting.slice(0, length);
      waiting = waiting.slice(length);
      drain();
      await send(text, undefined);
    };

    const sendNext = async (): Promise<void> => {
      if (replaced) {
        replaced = false;
        const open = plannedMessage();
        if (open) await planner.end(open);
        sent = makeTextHash();
        if (message.open) await send("", completeReason.replaced);
        return;
      }
      isKeepAliveDue = false;
      const cut = cutLength(waiting, message.size);
      const open = plannedMessage();
      if (open && cut === undefined && closing === undefined) return sendPlanned(open);
      if (open && cut !== undefined) {
        await planner.end(open);
        if (replaced || !lease.isHeld()) return;
      }
      const text = waiting.slice(0, cut);
      waiting = waiting.slice(text.length);
      drain();
      if (cut !== undefined) return send(text, completeReason.continued, blocks.continuation(text));
      const reason = closing;
      if (text !== "" || message.open) await send(text, reason);
      if (reason === undefined || waiting !== "") return;
      settle(whole ? await whole.end({ status: "complete" }) : { status: "delivered" });
    };

    const sendWaiting = async (): Promise<void> => {
      while (hasWork() && !settled.signal.aborted) {
        for (let until = nextSendAt(); until > clock.now(); until = nextSendAt()) {
          pause = { until, end: new AbortController() };
          await clock.sleep(until - clock.now(), pause.end.signal);
          pause = undefined;
          if (settled.signal.aborted) return;
        }
        if (!lease.isHeld()) return settle({ status: "undelivered", reason: "abandoned" });
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
        settle({ status: "undelivered", reason: String(error) });
      });
    };

    const startAfter = ({ text, open }: EarlierText): void => {
      sent.append(text);
      blocks.push(text);
      lastCallAt = clock.now();
      if (open) {
        message = makeStreamMessage(route, messagePorts, { open, text });
        keepAlive();
      } else {
        reopenWith(blocks.continuation().reopen);
        blocks = makeBlockTracker();
      }
    };
    if (earlier) startAfter(earlier);

    return {
      gaveUp: gaveUp.signal,
      full: full.signal,
      delta: (text) => {
        if (whole) return whole.delta(text);
        if (settled.signal.aborted) return undefined;
        addText(text);
        run();
        if (waiting.length <= maxWaitingLength) return undefined;
        drained ??= Promise.withResolvers<void>();
        return drained.promise;
      },
      replace: (text) => {
        if (whole) return whole.replace(text);
        replaced = message.begun;
        if (!replaced) sent = makeTextHash();
        reopenNext = undefined;
        reopening = 0;
        waiting = text;
        run();
        return undefined;
      },
      end: async (ending) => {
        if (ending.status === "abandoned") settle({ status: "undelivered", reason: "abandoned" });
        else if (whole) settle(await whole.end(ending));
        else {
          if (ending.status === "stopped" && ending.isRecalled) {
            waiting = "";
            replaced = false;
          }
          closing = reasonFor(ending, !message.begun && waiting === "");
          if ("sentence" in ending) waiting += ending.sentence;
          run();
        }
        return delivered.promise;
      },
    };
  };
};
