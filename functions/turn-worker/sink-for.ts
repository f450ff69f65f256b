import { type AnswerSink, discardAnswer } from "#core/answer/answer-sink.ts";
import { type ImMessages, replyRouteOf, type TurnHold } from "#core/im/im-messages.ts";
import { makeStreamDelivery } from "#core/im/stream-delivery.ts";
import { makeTypingHint } from "#core/im/typing-hint.ts";
import { makeWholeDelivery } from "#core/im/whole-delivery.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Turn } from "#core/turn/turn.ts";

/** Five calls a second for each stream, of the 100 that RongCloud takes for an app. */
const beatMs = 200;
/** RongCloud may be away for a while in the middle of an answer; for longer than this, nobody waits for the rest. */
const patienceMs = 120_000;

/** How a turn's answer reaches its user: as a stream, in one message, or not at all. */
export const makeSinkFor = ({ im, clock }: { readonly im: ImMessages; readonly clock: Clock }) => {
  const streamTo = makeStreamDelivery({ im, clock, beatMs, patienceMs });
  const bringWholeTo = makeWholeDelivery({ im, clock, patienceMs });
  const withTypingHint = makeTypingHint({ im, clock });

  return (turn: Turn, hold: TurnHold): AnswerSink => {
    const { handleResponse, stream, options } = turn.integration;
    if (!handleResponse) return discardAnswer();
    const route = replyRouteOf(turn);
    const sink = (stream ? streamTo : bringWholeTo)(route, hold);
    // The IM shows it in private alone.
    const hints = options.typing !== false && route.channelType === "PERSON";
    const until = stream ? "first text" : "end";
    return hints ? withTypingHint(sink, route, { isOurs: hold.isOurs, until }) : sink;
  };
};
