import type { AnswerReceiver, AnswerSink } from "#core/answer/answer-sink.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { DeliveryLease, ImMessages, MessageRoute } from "./im-messages.ts";

export interface TypingIndicatorPorts {
  readonly im: Pick<ImMessages, "sendTyping">;
  readonly clock: Clock;
}

/** Clients show the indicator for six seconds (RongCloud's typing status message). */
const intervalMs = 5_500;

/**
 * Shows the user that the bot is typing, from the call to the model until there is something to read: the first text, or
 * the end if the answer is sent as a whole. The first indicator is sent immediately, and opens the connection to the IM
 * that the first text needs.
 */
export const makeTypingIndicator =
  ({ im, clock }: TypingIndicatorPorts) =>
  (
    sink: AnswerSink,
    route: MessageRoute,
    { isHeld, until }: Pick<DeliveryLease, "isHeld"> & { readonly until: "first text" | "end" },
  ): AnswerReceiver => {
    const ended = new AbortController();
    const showTyping = async (): Promise<void> => {
      while (!ended.signal.aborted && isHeld()) {
        // The indicator is optional: failures are ignored.
        im.sendTyping(route).catch(() => {});
        await clock.sleep(intervalMs, ended.signal);
      }
    };
    const end = (): void => ended.abort("ended");
    const onText = (): void => {
      if (until === "first text") end();
    };
    return {
      observer: { onModelCalled: () => void showTyping() },
      sink: {
        ...sink,
        delta: (text) => {
          onText();
          return sink.delta(text);
        },
        replace: (text, all) => {
          onText();
          return sink.replace(text, all);
        },
        end: (ending) => {
          end();
          return sink.end(ending);
        },
      },
    };
  };
