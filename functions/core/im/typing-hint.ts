import type { AnswerSink } from "#core/answer/answer-sink.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { ImMessages, MessageRoute, TurnHold } from "./im-messages.ts";

export interface TypingHintPorts {
  readonly im: Pick<ImMessages, "sendTyping">;
  readonly clock: Clock;
}

/** Clients show it for six seconds (RongCloud's typing status). */
const everyMs = 5_500;

/**
 * Shows the user that the bot is typing, from when Dify is asked until there is something to read: with the first text, or
 * where the answer comes in one piece, at its end. The first hint goes out at once, and opens the connection to the IM
 * that the first text will need.
 */
export const makeTypingHint =
  ({ im, clock }: TypingHintPorts) =>
  (
    sink: AnswerSink,
    route: MessageRoute,
    { isOurs, until }: Pick<TurnHold, "isOurs"> & { readonly until: "first text" | "end" },
  ): AnswerSink => {
    const over = new AbortController();
    const hint = async (): Promise<void> => {
      while (!over.signal.aborted && isOurs()) {
        // A hint that does not get through is no loss.
        im.sendTyping(route).catch(() => {});
        await clock.sleep(everyMs, over.signal);
      }
    };
    const end = (): void => {
      // Each abort makes an error, with its stack: dear for one that comes with every delta.
      if (!over.signal.aborted) over.abort();
    };
    const hear = (): void => {
      if (until === "first text") end();
    };
    return {
      gaveUp: sink.gaveUp,
      begin: () => {
        sink.begin();
        void hint();
      },
      named: sink.named,
      delta: (text) => {
        hear();
        return sink.delta(text);
      },
      replace: (text) => {
        hear();
        return sink.replace(text);
      },
      end: (ending) => {
        end();
        return sink.end(ending);
      },
    };
  };
