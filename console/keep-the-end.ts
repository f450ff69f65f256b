import { elements } from "./elements.ts";

const { log } = elements;

/** How far from the end, in pixels, somebody still counts as reading there. */
const nearEnd = 40;
let isAtEnd = true;
let lastTop = 0;

/** Looked at before each change of ours, too: the event of a scroll comes a little after it. */
const noticeScroll = (): void => {
  const isNear = log.scrollHeight - log.scrollTop - log.clientHeight < nearEnd;
  // What is added below takes the end away as well, but only a person scrolls back.
  isAtEnd = isNear || (isAtEnd && log.scrollTop >= lastTop);
  lastTop = log.scrollTop;
};

/** Scrolls to the end of the conversation; who has scrolled back to read is left there, unless something new begins. */
export const keepTheEnd = (wherever?: "wherever it stood"): void => {
  noticeScroll();
  if (!isAtEnd && !wherever) return;
  log.scrollTop = log.scrollHeight;
  lastTop = log.scrollTop;
  isAtEnd = true;
};

log.addEventListener("scroll", noticeScroll);
new ResizeObserver(() => keepTheEnd()).observe(log);
