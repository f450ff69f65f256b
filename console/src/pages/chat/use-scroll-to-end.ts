import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Distance from the end, in pixels, at which the user counts as reading there. */
const nearEndPx = 40;

/** Keeps the end of a growing element in view, unless the user has scrolled back to read. */
export const useScrollToEnd = (): RefObject<HTMLDivElement | null> => {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const log = element.current;
    const content = log?.firstElementChild;
    if (!log || !content) return undefined;
    let isAtEnd = true;
    let lastTop = 0;
    const onScroll = (): void => {
      const isNear = log.scrollHeight - log.scrollTop - log.clientHeight < nearEndPx;
      // New content also moves the end away, but only users scroll back.
      isAtEnd = isNear || (isAtEnd && log.scrollTop >= lastTop);
      lastTop = log.scrollTop;
    };
    const resized = new ResizeObserver(() => {
      if (isAtEnd) log.scrollTop = log.scrollHeight;
    });
    log.addEventListener("scroll", onScroll, { passive: true });
    resized.observe(content);
    resized.observe(log);
    return () => {
      log.removeEventListener("scroll", onScroll);
      resized.disconnect();
    };
  }, []);
  return element;
};
