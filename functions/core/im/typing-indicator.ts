import type { AnswerReceiver, AnswerSink } from "#core/answer/answer-sink.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { DeliveryLease, ImMessages, MessageRoute } from "./im-messages.ts";

export interface TypingIndicatorPorts {
  readonly im: Pick<ImMessages, "sendTyping">;
  readonly clock: Clock;
}

/** Clients show a hint for six seconds (RongCloud's typing status). */
const intervalMs = 5_500;

/**
 * Shows the user that the bot is typing, from when the model is asked until there is something to read: the first text, or
 * where the answer comes in one piece, its end. The first hint goes out at once, and opens the connection to the IM that
 * the first text will need.
 */
export const makeTypingIndicator =
  ({ im, clock }: TypingIndicatorPorts) =>
  (
    sink: AnswerSink,
    route: MessageRoute,
    { isHeld, until }: Pick<DeliveryLease, "isHeld"> & { readonly until: "first text" | "end" },
  ): AnswerReceiver => {
    const ended = new AbortController();
    const hint = async (): Promise<void> => {
      while (!ended.signal.aborted && isHeld()) {
        // A hint is optional: a failure is ignored.
        im.sendTyping(route).catch(() => {});
        await clock.sleep(intervalMs, ended.signal);
      }
    };
    const end = (): void => {
      // Each abort creates an error with a stack trace: expensive on every delta.
      if (!ended.signal.aborted) ended.abort();
    };
    const onText = (): void => {
      if (until === "first text") end();
    };
    return {
      observer: { onModelCalled: () => void hint() },
      sink: {
        gaveUp: sink.gaveUp,
        delta: (text) => {
          onText();
          return sink.delta(text);
        },
        replace: (text) => {
          onText();
          return sink.replace(text);
        },
        end: (ending) => {
          end();
          return sink.end(ending);
        },
      },
    };
  };
