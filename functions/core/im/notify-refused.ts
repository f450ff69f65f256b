import { sentences } from "#core/answer/sentences.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { completeReason, type ImMessages, type MessageRoute, type OpenMessage } from "./im-messages.ts";

/** Whether the IM refused a message for its text, such as a sensitive word. */
const isTextRefused = (error: unknown): boolean =>
  error instanceof BridgeError && error.code === "text_refused";

/** Closes a message of which the IM refused a later chunk. */
export const closeRefused = async (
  im: Pick<ImMessages, "sendChunk">,
  error: unknown,
  route: MessageRoute,
  open: OpenMessage | undefined,
): Promise<void> => {
  if (!open || !isTextRefused(error)) return;
  const last = { ...open, seq: open.seq + 1, text: "", completeReason: completeReason.brokenOff };
  await im.sendChunk(route, last).catch(() => undefined);
};

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
