import type { AnswerReceiver } from "#core/answer/answer-sink.ts";
import { sentences } from "#core/answer/sentences.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { ImMessages, MessageRoute, ReceiverLease } from "./im-messages.ts";

export interface BusyNoticePorts {
  readonly im: Pick<ImMessages, "sendText">;
  readonly clock: Clock;
}

export interface BusyNoticeOptions extends Pick<ReceiverLease, "isHeld" | "claimNotice"> {
  /** How long the user waits for something to read before the notice, in milliseconds. */
  readonly afterMs: number;
  /** What the user gets to read first: the first text, or the end if the answer is sent as a whole. */
  readonly until: "first text" | "end";
}

/**
 * Notifies the user once that the answer takes longer, in an ordinary message. What arrives while it is being sent waits for it,
 * so that the notice always precedes the answer.
 */
export const makeBusyNotice =
  ({ im, clock }: BusyNoticePorts) =>
  (
    { sink, observer }: AnswerReceiver,
    route: MessageRoute,
    { afterMs, until, isHeld, claimNotice }: BusyNoticeOptions,
  ): AnswerReceiver => {
    const answered = new AbortController();
    /** Set once the notice is being sent: what follows is passed on in order, after it. */
    let before: Promise<unknown> | undefined;

    const send = async (): Promise<void> => {
      // The notice is optional: failures are ignored. It is claimed first, since a worker may die at any point.
      const isFirst = await claimNotice().catch(() => false);
      if (isFirst && !answered.signal.aborted && isHeld())
        await im.sendText(route, sentences.busy).catch(() => {});
    };
    const sendWhenDue = async (): Promise<void> => {
      await clock.sleep(afterMs, answered.signal);
      if (!answered.signal.aborted && isHeld()) before = send();
    };

    const pass = <T>(call: () => T | Promise<T>): T | Promise<T> => {
      if (!before) return call();
      const passed = before.then(call);
      before = passed;
      return passed;
    };
    const onAnswer = (): void => answered.abort("answered");
    const passText = (call: () => void | Promise<void>): void | Promise<void> => {
      if (until === "end") return call();
      onAnswer();
      return pass(call);
    };

    return {
      observer: {
        ...observer,
        onModelCalled: () => {
          observer?.onModelCalled?.();
          void sendWhenDue();
        },
      },
      sink: {
        ...sink,
        delta: (text) => passText(() => sink.delta(text)),
        replace: (text, all) => passText(() => sink.replace(text, all)),
        end: async (ending) => {
          onAnswer();
          return pass(() => sink.end(ending));
        },
      },
    };
  };
