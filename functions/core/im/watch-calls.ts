import type { DeliveryWatch } from "#core/turn/story-recorder.ts";
import type { ImMessages } from "./im-messages.ts";
import { observeCalls } from "./observe-calls.ts";

/** Notifies `watch` of each call that has sent text, and of each that was refused. A last chunk that only closes its message has none. */
export const withCallsWatched = (im: ImMessages, watch: DeliveryWatch): ImMessages =>
  observeCalls(im, {
    onSent: ({ text }) => {
      if (text !== "") watch.onSent();
    },
    onRefused: (error) => watch.onRefused(error),
  });
