import { computed, signal } from "@preact/signals";
import { theme } from "../../../theme.ts";

const dark = matchMedia("(prefers-color-scheme: dark)");
const isSystemDark = signal(dark.matches);
dark.addEventListener("change", ({ matches }) => {
  isSystemDark.value = matches;
});

/** The scheme that the page's colours are of. */
export const colourScheme = computed(() => {
  if (theme.value !== "system") return theme.value;
  return isSystemDark.value ? "dark" : "light";
});
