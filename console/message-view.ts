import { elements, makeButton } from "./elements.ts";
import { scrollToEnd } from "./scroll-to-end.ts";

export interface MessageView {
  /** All of the text, which is shown as the plain text that it is. */
  show(text: string): void;
  /** A word about the message, below it. */
  note(words: string): void;
  fail(words: string, again: (() => void) | undefined): void;
  done(): void;
}

const addParagraph = (article: HTMLElement, className: string, words = ""): HTMLParagraphElement => {
  const paragraph = document.createElement("p");
  paragraph.className = className;
  paragraph.textContent = words;
  article.append(paragraph);
  return paragraph;
};

/** Adds a message to the conversation. */
export const addMessage = (from: "user" | "bot", name: string): MessageView => {
  const article = document.createElement("article");
  article.className = from === "user" ? "mine" : "theirs";
  // Whoever sees the message sees by its place whose it is.
  addParagraph(article, "visually-hidden", `${name}:`);
  const shown = new Text();
  addParagraph(article, "text").append(shown);
  const note = (words: string): void => {
    addParagraph(article, "note", words);
    scrollToEnd();
  };
  if (from === "bot") article.classList.add("writing");
  elements.log.append(article);
  scrollToEnd("wherever it stood");
  return {
    show: (text) => {
      if (text.startsWith(shown.data)) shown.appendData(text.slice(shown.length));
      else shown.data = text;
      scrollToEnd();
    },
    note,
    fail: (words, again) => {
      article.classList.add("failed");
      note(words);
      if (again) article.append(makeButton("Try again", again));
      scrollToEnd();
    },
    done: () => article.classList.remove("writing"),
  };
};
