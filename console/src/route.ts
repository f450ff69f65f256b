import { signal } from "@preact/signals";
import { parseAddress } from "./address.ts";

/** The page that is shown. */
export const route = signal(parseAddress(location.hash));

export const goTo = (href: string): void => {
  location.hash = href;
};

/** Changes the address without a step back to the one before. */
export const replaceAddress = (href: string): void => {
  history.replaceState(history.state, "", href);
  route.value = parseAddress(href);
};

addEventListener("hashchange", () => {
  route.value = parseAddress(location.hash);
});
