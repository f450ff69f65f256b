import type { AnswerSink } from "./answer-sink.ts";
import type { Clock } from "./clock.ts";
import type { ImMessages, MessageRoute, TurnHold } from "./im-messages.ts";

export interface TypingHintPorts {
  readonly im: Pick<ImMessages, "sendTyping">;
  readonly clock: Clock;
}

/** An answer that comes quicker needs no hint. */
const firstAfterMs = 500;
/** Clients show it for six seconds (RongCloud's typing status). */
const everyMs = 5_500;

/** Shows the user that the bot is typing, from when Dify is asked until there is something to read. */
export const makeTypingHint =
  ({ im, clock }: TypingHintPorts) =>
  (sink: AnswerSink, route: MessageRoute, { isOurs }: Pick<TurnHold, "isOurs">): AnswerSink => {
    const over = new AbortController();
    const hint = async (): Promise<void> => {
      for (let pauseMs = firstAfterMs; ; pauseMs = everyMs) {
        await clock.sleep(pauseMs, over.signal);
        if (over.signal.aborted || !isOurs()) return;
        // A hint that does not get through is no loss.
        im.sendTyping(route).catch(() => {});
      }
    };
    const end = (): void => {
      // Each abort makes an error, with its stack: dear for one that comes with every delta.
      if (!over.signal.aborted) over.abort();
    };
    return {
      begin: () => {
        sink.begin();
        void hint();
      },
      named: sink.named,
      delta: (text) => {
        end();
        return sink.delta(text);
      },
      replace: (text) => {
        end();
        return sink.replace(text);
      },
      end: (ending) => {
        end();
        return sink.end(ending);
      },
    };
  };
