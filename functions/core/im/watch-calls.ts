import type { DeliveryWatch } from "#core/turn/story-recorder.ts";
import type { ImMessages } from "./im-messages.ts";

/** Reports each call to `watch` if it has text. */
export const withCallsWatched = (im: ImMessages, watch: DeliveryWatch): ImMessages => {
  const watched = async <R>(call: Promise<R>): Promise<R> => {
    try {
      const result = await call;
      watch.onSent();
      return result;
    } catch (error) {
      watch.onRefused(error);
      throw error;
    }
  };
  return {
    ...im,
    sendChunk: (route, chunk) => watched(im.sendChunk(route, chunk)),
    sendText: (route, text) => watched(im.sendText(route, text)),
  };
};
