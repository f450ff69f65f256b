import type { AnswerSink, Delivery } from "#core/answer/answer-sink.ts";
import { makeKeptText } from "#core/answer/kept-text.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { DeliveryLease, ImMessages, MessageRoute } from "./im-messages.ts";
import { messagesOf } from "./message-size.ts";
import { notifyRefused } from "./notify-refused.ts";
import { retryUntilAccepted } from "./retry.ts";

export interface WholeDeliveryPorts {
  readonly im: Pick<ImMessages, "sendText">;
  readonly clock: Clock;
  /** How long a message is retried before it counts as undeliverable, in milliseconds. */
  readonly maxRetryMs: number;
}

const abandoned: Delivery = { status: "undelivered", reason: "abandoned" };

/** Buffers an answer and sends it to the IM at its end, in one plain message, or in several if it is too long. */
export const makeWholeDelivery =
  ({ im, clock, maxRetryMs }: WholeDeliveryPorts) =>
  (route: MessageRoute, { isHeld, deliverBy }: Pick<DeliveryLease, "isHeld" | "deliverBy">): AnswerSink => {
    const never = new AbortController().signal;
    const kept = makeKeptText();
    return {
      gaveUp: never,
      full: kept.full,
      delta: kept.append,
      replace: kept.replace,
      end: async (ending): Promise<Delivery> => {
        if (ending.status === "abandoned") return abandoned;
        const dropsRest = ending.status === "stopped" && ending.dropsRest === true;
        const answer = (dropsRest ? "" : kept.text) + ("sentence" in ending ? ending.sentence : "");
        if (answer === "") return { status: "delivered" };
        try {
          for (const text of messagesOf(answer)) {
            if (!isHeld()) return abandoned;
            const until = Math.min(clock.now() + maxRetryMs, deliverBy);
            await retryUntilAccepted(() => im.sendText(route, text), { clock, until });
          }
          return { status: "delivered" };
        } catch (error) {
          await notifyRefused(im, error, route);
          return { status: "undelivered", reason: String(error) };
        }
      },
    };
  };
