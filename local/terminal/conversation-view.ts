import { oneLine } from "#core/shared/one-line.ts";

export interface ConversationView {
  /** Shows a message that a user sent. */
  showSent(from: string, to: string, text: string): void;
  /** Shows more text of a bot's message; `message` identifies it. */
  showStreamed(message: string, from: string, to: string, added: string, complete: boolean): void;
  /** Shows a webhook that the app server received: its URL and content. */
  showWebhook(url: string, content: string): void;
  /** Shows a line about the conversation. */
  showNote(text: string): void;
  /** Ends the open line, so that other output can follow. */
  endLine(): void;
}

/**
 * Shows conversations as they happen, one line a message: ids and texts cannot begin a line, change the terminal's colours or
 * move its cursor. Answers stream on the open line. A message from another sender gets a line of its
 * own, and the interrupted answer continues on a new line.
 */
export const makeConversationView = (write: (text: string) => void): ConversationView => {
  let open: string | undefined;

  const head = (from: string, to: string): string => `${oneLine(from)} → ${oneLine(to)}  `;
  const closeLine = (): void => {
    if (open !== undefined) write("\n");
    open = undefined;
  };
  const writeLine = (from: string, to: string, text: string): void => {
    closeLine();
    write(`${head(from, to)}${oneLine(text)}\n`);
  };

  return {
    showSent: writeLine,
    showStreamed: (message, from, to, added, complete) => {
      if (open !== message && added !== "") {
        closeLine();
        write(head(from, to));
        open = message;
      }
      write(oneLine(added));
      if (complete && open === message) closeLine();
    },
    showWebhook: (url, content) => writeLine("webhook", url, content),
    showNote: (text) => {
      closeLine();
      write(`${oneLine(text)}\n`);
    },
    endLine: closeLine,
  };
};
