import type { DeliveryWatch } from "#core/turn/story-recorder.ts";
import type { ImMessages, MessageRoute } from "./im-messages.ts";

/** A call that sends text, or that closes a message and has none. */
export interface ObservedCall {
  readonly route: MessageRoute;
  readonly text: string;
}

export interface CallObserver {
  readonly onSent?: (call: ObservedCall) => void;
  readonly onRefused: (error: unknown, call: ObservedCall) => void;
}

/** Notifies the observer of each chunk and text that the IM has accepted or refused. Calls end as they would without it. */
export const observeCalls = (im: ImMessages, { onSent, onRefused }: CallObserver): ImMessages => {
  const observed = async <R>(call: ObservedCall, result: Promise<R>): Promise<R> => {
    await result.then(
      () => onSent?.(call),
      (error: unknown) => onRefused(error, call),
    );
    return result;
  };
  return {
    ...im,
    sendChunk: (route, chunk) => observed({ route, text: chunk.text }, im.sendChunk(route, chunk)),
    sendText: (route, text) => observed({ route, text }, im.sendText(route, text)),
  };
};

/** Notifies `watch` of each call that has sent text, and of each that was refused. A last chunk that only closes its message has none. */
export const withCallsWatched = (im: ImMessages, watch: DeliveryWatch): ImMessages =>
  observeCalls(im, {
    onSent: ({ text }) => {
      if (text !== "") watch.onSent();
    },
    onRefused: (error) => watch.onRefused(error),
  });
