import { elements } from "./elements.ts";

const { log } = elements;

/** How far from the end, in pixels, somebody still counts as reading there. */
const nearEndPx = 40;
let isAtEnd = true;
let lastTop = 0;

/** Looked at before each change of ours, too: the event of a scroll comes a little after it. */
const updateIsAtEnd = (): void => {
  const isNear = log.scrollHeight - log.scrollTop - log.clientHeight < nearEndPx;
  // What is added below takes the end away as well, but only a person scrolls back.
  isAtEnd = isNear || (isAtEnd && log.scrollTop >= lastTop);
  lastTop = log.scrollTop;
};

/** Scrolls to the end of the conversation; who has scrolled back to read is left there, unless something new begins. */
export const scrollToEnd = (wherever?: "wherever it stood"): void => {
  updateIsAtEnd();
  if (!isAtEnd && !wherever) return;
  log.scrollTop = log.scrollHeight;
  lastTop = log.scrollTop;
  isAtEnd = true;
};

log.addEventListener("scroll", updateIsAtEnd);
new ResizeObserver(() => scrollToEnd()).observe(log);
