import { elements } from "./elements.ts";

const { log } = elements;

/** Maximum distance from the end, in pixels, at which the user counts as reading there. */
const nearEndPx = 40;
let isAtEnd = true;
let lastTop = 0;

/** Updates `isAtEnd` before each change of the log too, since scroll events are delayed. */
const updateIsAtEnd = (): void => {
  const isNear = log.scrollHeight - log.scrollTop - log.clientHeight < nearEndPx;
  // New content also moves the end away, but only users scroll back.
  isAtEnd = isNear || (isAtEnd && log.scrollTop >= lastTop);
  lastTop = log.scrollTop;
};

/**
 * Scrolls to the end of the conversation, unless the user has scrolled back to read. `always`: even then, for a new
 * message.
 */
export const scrollToEnd = (mode?: "always"): void => {
  updateIsAtEnd();
  if (!isAtEnd && mode !== "always") return;
  log.scrollTop = log.scrollHeight;
  lastTop = log.scrollTop;
  isAtEnd = true;
};

log.addEventListener("scroll", updateIsAtEnd);
new ResizeObserver(() => scrollToEnd()).observe(log);
