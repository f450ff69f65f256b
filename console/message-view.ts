import { elements, makeButton } from "./elements.ts";
import { scrollToEnd } from "./scroll-to-end.ts";

export interface MessageView {
  /** Shows the whole text, as plain text. */
  show(text: string): void;
  /** Adds a note below the message. */
  note(text: string): void;
  /** Marks the message as failed, with a button to retry if `retry` is given. */
  fail(text: string, retry: (() => void) | undefined): void;
  /** Marks the message as complete. */
  done(): void;
}

const addParagraph = (article: HTMLElement, className: string, text = ""): HTMLParagraphElement => {
  const paragraph = document.createElement("p");
  paragraph.className = className;
  paragraph.textContent = text;
  article.append(paragraph);
  return paragraph;
};

/** Adds a message to the conversation. */
export const addMessage = (from: "user" | "bot", name: string): MessageView => {
  const article = document.createElement("article");
  article.className = from === "user" ? "mine" : "theirs";
  // For screen readers; visually, the position identifies the sender.
  addParagraph(article, "visually-hidden", `${name}:`);
  const shown = new Text();
  addParagraph(article, "text").append(shown);
  const note = (text: string): void => {
    addParagraph(article, "note", text);
    scrollToEnd();
  };
  if (from === "bot") article.classList.add("writing");
  elements.log.append(article);
  scrollToEnd("always");
  return {
    show: (text) => {
      if (text.startsWith(shown.data)) shown.appendData(text.slice(shown.length));
      else shown.data = text;
      scrollToEnd();
    },
    note,
    fail: (text, retry) => {
      article.classList.add("failed");
      note(text);
      if (retry) article.append(makeButton("Retry", retry));
      scrollToEnd();
    },
    done: () => article.classList.remove("writing"),
  };
};
