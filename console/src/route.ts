import { signal } from "@preact/signals";
import { parseAddress } from "./address.ts";

/** The page that is shown. */
export const route = signal(parseAddress(location.hash));

export const goTo = (href: string): void => {
  location.hash = href;
};

addEventListener("hashchange", () => {
  route.value = parseAddress(location.hash);
});
