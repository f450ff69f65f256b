import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/**
 * Keeps the focus with a list of entries: an added one gets it, in its first empty field, and after a removal the button to add has
 * it, since the removed entry's button is gone. `element` has the entries, each an `li`, and then the button.
 */
export const useEntryFocus = (count: number): RefObject<HTMLDivElement | null> => {
  const element = useRef<HTMLDivElement>(null);
  const last = useRef(count);
  useEffect(() => {
    const change = count - last.current;
    last.current = count;
    const inputs = [...(element.current?.querySelectorAll<HTMLInputElement>("li:last-child input") ?? [])];
    if (change > 0) (inputs.find(({ value }) => value === "") ?? inputs[0])?.focus();
    if (change < 0) element.current?.querySelector<HTMLElement>(":scope > :last-child button")?.focus();
  }, [count]);
  return element;
};
