export interface ConversationView {
  /** A message that a user sent. */
  showSent(from: string, to: string, text: string): void;
  /** More of a message from a bot; `message` tells which. */
  showStreamed(message: string, from: string, to: string, added: string, complete: boolean): void;
  /** A webhook that reached the app's server: where, and what it brought. */
  showWebhook(place: string, what: string): void;
  /** Ends the line that is open, for something else to be written. */
  endLine(): void;
}

/** Colours, the moving of the cursor and of the writing's direction are a terminal's own, not a message's. */
const controlCharacters = /[^\P{Cc}\n\t]|\p{Bidi_Control}/gu;

/**
 * Shows conversations as they happen: each piece of an answer where it belongs, at once. One message streams on the
 * open line; one that comes between begins a line of its own, and the interrupted one goes on on a line after it.
 */
export const makeConversationView = (write: (text: string) => void): ConversationView => {
  let open: string | undefined;

  const clean = (text: string): string => text.replace(controlCharacters, "");
  const head = (from: string, to: string): string => `${clean(from)} → ${clean(to)}  `;
  const closeLine = (): void => {
    if (open !== undefined) write("\n");
    open = undefined;
  };
  const writeLine = (from: string, to: string, text: string): void => {
    closeLine();
    write(`${head(from, to)}${clean(text)}\n`);
  };

  return {
    showSent: writeLine,
    showStreamed: (message, from, to, added, complete) => {
      if (open !== message && added !== "") {
        closeLine();
        write(head(from, to));
        open = message;
      }
      write(clean(added));
      if (complete && open === message) closeLine();
    },
    showWebhook: (place, what) => writeLine("webhook", place, what.replaceAll(/\s+/g, " ")),
    endLine: closeLine,
  };
};
