import { makeNullSink } from "#core/answer/answer-sink.ts";
import { makeBusyNotice } from "#core/im/busy-notice.ts";
import { makeContinuedDelivery } from "#core/im/continued-delivery.ts";
import { type ImMessages, replyRouteOf } from "#core/im/im-messages.ts";
import { withCallsWatched } from "#core/im/observe-calls.ts";
import { makeChunkInterval } from "#core/im/shared-rate.ts";
import { makeStreamDelivery } from "#core/im/stream-delivery.ts";
import { makeTypingIndicator } from "#core/im/typing-indicator.ts";
import { makeWholeDelivery } from "#core/im/whole-delivery.ts";
import type { ReceiverFor } from "#core/jobs/turn-run.ts";
import type { Clock } from "#core/shared/clock.ts";

/** How long RongCloud may be unavailable during an answer before the rest is given up. */
const maxRetryMs = 120_000;

export interface ReceiverPorts {
  readonly im: ImMessages;
  readonly clock: Clock;
  /** How many calls per second the IM accepts from one app. */
  readonly imCallsPerSecond: number;
}

/** Chooses how a turn's answer is delivered: as a stream, as one message, or not at all. */
export const makeReceiverFor = ({ im, clock, imCallsPerSecond }: ReceiverPorts): ReceiverFor => {
  const intervalMs = makeChunkInterval(imCallsPerSecond);
  const withTypingIndicator = makeTypingIndicator({ im, clock });
  const withBusyNotice = makeBusyNotice({ im, clock });

  return (turn, lease, { open, watch } = {}) => {
    // Only the answer's calls: typing indicators and notices are not part of it.
    const answerIm = watch ? withCallsWatched(im, watch) : im;
    const streamTo = makeStreamDelivery({ im: answerIm, clock, intervalMs, maxRetryMs });
    const { handleResponse, stream, options } = turn.integration;
    if (!handleResponse) return { sink: makeNullSink() };
    const route = replyRouteOf(turn);
    if (stream && open) {
      const ports = { im: answerIm, clock, deliverStream: streamTo, maxRetryMs };
      const sink = makeContinuedDelivery(ports)(route, lease, open);
      return { sink, restart: sink.restart };
    }
    const sink = (stream ? streamTo : makeWholeDelivery({ im: answerIm, clock, maxRetryMs }))(route, lease);
    // The IM shows typing in private chats only.
    const isChecking = turn.continues?.by === "check";
    const showsTyping = options.typing !== false && route.channelType === "PERSON" && !isChecking;
    const until = stream ? "first text" : "end";
    const receiver = showsTyping
      ? withTypingIndicator(sink, route, { isHeld: lease.isHeld, until })
      : { sink };
    const { busyNoticeSeconds } = options;
    return busyNoticeSeconds === undefined || isChecking
      ? receiver
      : withBusyNotice(receiver, route, { ...lease, until, afterMs: busyNoticeSeconds * 1000 });
  };
};
