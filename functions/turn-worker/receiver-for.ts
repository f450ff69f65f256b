import { type AnswerReceiver, makeNullSink } from "#core/answer/answer-sink.ts";
import { type DeliveryLease, type ImMessages, replyRouteOf } from "#core/im/im-messages.ts";
import { makeStreamDelivery } from "#core/im/stream-delivery.ts";
import { makeTypingIndicator } from "#core/im/typing-indicator.ts";
import { makeWholeDelivery } from "#core/im/whole-delivery.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Turn } from "#core/turn/turn.ts";

/** Five calls a second for each stream, of the 100 that RongCloud takes for an app. */
const minIntervalMs = 200;
/** RongCloud may be away for a while in the middle of an answer; for longer than this, nobody waits for the rest. */
const maxRetryMs = 120_000;

/** How a turn's answer reaches its user: as a stream, in one message, or not at all. */
export const makeReceiverFor = ({ im, clock }: { readonly im: ImMessages; readonly clock: Clock }) => {
  const streamTo = makeStreamDelivery({ im, clock, minIntervalMs, maxRetryMs });
  const bringWholeTo = makeWholeDelivery({ im, clock, maxRetryMs });
  const withTypingIndicator = makeTypingIndicator({ im, clock });

  return (turn: Turn, lease: DeliveryLease): AnswerReceiver => {
    const { handleResponse, stream, options } = turn.integration;
    if (!handleResponse) return { sink: makeNullSink() };
    const route = replyRouteOf(turn);
    const sink = (stream ? streamTo : bringWholeTo)(route, lease);
    // The IM shows it in private alone.
    const hints = options.typing !== false && route.channelType === "PERSON";
    const until = stream ? "first text" : "end";
    return hints ? withTypingIndicator(sink, route, { isHeld: lease.isHeld, until }) : { sink };
  };
};
