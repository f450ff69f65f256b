import { sentences } from "#core/answer/sentences.ts";
import { BridgeError } from "#core/shared/errors.ts";
import type { ImMessages, MessageRoute } from "./im-messages.ts";

/** Whether the IM refused a message for its text, such as a sensitive word. */
export const isTextRefused = (error: unknown): boolean =>
  error instanceof BridgeError && error.code === "text_refused";

/**
 * Sends a sentence of our own, once, if the IM refused the text of an answer. After other errors, such as a user who blocks the
 * bot, the user gets nothing.
 */
export const notifyRefused = async (
  im: Pick<ImMessages, "sendText">,
  error: unknown,
  route: MessageRoute,
): Promise<void> => {
  if (isTextRefused(error)) await im.sendText(route, sentences.refusedByIm).catch(() => undefined);
};
