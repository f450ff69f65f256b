import type { AnswerSink, Delivery } from "./answer-sink.ts";
import type { Clock } from "./clock.ts";
import type { ImMessages, MessageRoute } from "./im-messages.ts";
import { tryUntilTaken } from "./try-until-taken.ts";

export interface WholeDeliveryPorts {
  readonly im: ImMessages;
  readonly clock: Clock;
  /** For how long the message is tried before it counts as undeliverable. */
  readonly patienceMs: number;
}

/** Gathers an answer and brings it to the IM as one ordinary message at its end (`stream: false`). */
export const makeWholeDelivery =
  ({ im, clock, patienceMs }: WholeDeliveryPorts) =>
  (route: MessageRoute): AnswerSink => {
    let answer = "";
    return {
      delta: (text) => {
        answer += text;
      },
      replace: (text) => {
        answer = text;
      },
      end: async (ending): Promise<Delivery> => {
        if (ending.status === "abandoned") return { status: "undelivered", reason: "abandoned" };
        if (ending.status === "failed") answer += ending.sentence;
        if (answer === "") return { status: "delivered" };
        try {
          await tryUntilTaken(() => im.sendText(route, answer), { clock, patienceMs });
          return { status: "delivered" };
        } catch (error) {
          return { status: "undelivered", reason: String(error) };
        }
      },
    };
  };
