import { computed } from "@preact/signals";
import { language } from "../../text/language.ts";

const isToday = (ms: number): boolean => new Date(ms).toDateString() === new Date().toDateString();

/** A time for tables: without the date if it is today. */
export const clockTime = computed(() => {
  const time = new Intl.DateTimeFormat(language.value, { timeStyle: "medium" });
  const withDay = new Intl.DateTimeFormat(language.value, {
    month: "short",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
    second: "2-digit",
  });
  return (ms: number): string => (isToday(ms) ? time : withDay).format(ms);
});

/** A time of day to the millisecond. */
export const exactTime = computed(() => {
  const { format } = new Intl.DateTimeFormat(language.value, {
    hour: "numeric",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
  });
  return (ms: number): string => format(ms);
});
