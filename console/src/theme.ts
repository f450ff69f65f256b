import { effect } from "@preact/signals";
import { storedSignal } from "./stored-signal.ts";

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

export const theme = storedSignal<Theme>(
  "theme",
  (kept) => themes.find((known) => known === kept) ?? "system",
);

effect(() => {
  document.documentElement.dataset.theme = theme.value;
});
