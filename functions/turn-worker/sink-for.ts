import { type AnswerSink, discardAnswer } from "../core/answer-sink.ts";
import type { Clock } from "../core/clock.ts";
import { type ImMessages, replyRouteOf } from "../core/im-messages.ts";
import { makeStreamDelivery } from "../core/stream-delivery.ts";
import type { Turn } from "../core/turn.ts";
import { makeWholeDelivery } from "../core/whole-delivery.ts";

/** Five calls a second for each stream, of the 100 that RongCloud takes for an app. */
const beatMs = 200;
const patienceMs = 45_000;

/** How a turn's answer reaches its user: as a stream, in one message, or not at all. */
export const makeSinkFor = ({ im, clock }: { readonly im: ImMessages; readonly clock: Clock }) => {
  const streamTo = makeStreamDelivery({ im, clock, beatMs, patienceMs });
  const bringWholeTo = makeWholeDelivery({ im, clock, patienceMs });
  return (turn: Turn): AnswerSink => {
    if (!turn.integration.handleResponse) return discardAnswer();
    return (turn.integration.stream ? streamTo : bringWholeTo)(replyRouteOf(turn));
  };
};
