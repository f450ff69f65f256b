import { computed } from "@preact/signals";
import { language } from "../../../text/language.ts";
import { startOfDay } from "./days.ts";

/** A day of the API, such as 2026-11-27, in the chosen language. */
export const dayName = computed(() => {
  const { format } = new Intl.DateTimeFormat(language.value, {
    month: "short",
    day: "numeric",
    timeZone: "UTC",
  });
  return (day: string): string => format(startOfDay(day));
});
