import { computed, effect, type ReadonlySignal } from "@preact/signals";
import { storedSignal } from "../stored-signal.ts";

export const languages = ["en", "zh"] as const;
export type Language = (typeof languages)[number];

const isLanguage = (value: unknown): value is Language => languages.some((known) => known === value);

/** The chosen language; at first the browser's. */
export const language = storedSignal<Language>("language", (kept) => {
  if (isLanguage(kept)) return kept;
  return navigator.language.startsWith("zh") ? "zh" : "en";
});

effect(() => {
  document.documentElement.lang = language.value;
});

/**
 * A part's texts in the chosen language. Both languages have the same keys: the types of the first apply to the second. A component
 * that reads `.value` renders again when the language changes.
 */
export const defineTexts = <T extends object>(en: T, zh: NoInfer<T>): ReadonlySignal<T> =>
  computed(() => (language.value === "zh" ? zh : en));

/** A date and time in the chosen language, to the second. */
export const dateTime = computed(() => {
  const format = new Intl.DateTimeFormat(language.value, { dateStyle: "medium", timeStyle: "medium" });
  return (ms: number): string => format.format(ms);
});

/** A number with the chosen language's separators. */
export const number = computed(() => {
  const format = new Intl.NumberFormat(language.value);
  return (value: number): string => format.format(value);
});
