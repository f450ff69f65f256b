import { computed } from "@preact/signals";
import { currentSession } from "./session.ts";
import { storedSignal } from "./stored-signal.ts";

const kept = storedSignal<string>("app", (value) => (typeof value === "string" ? value : ""));

/** The App Key that calls are made for. */
export const chosenApp = computed(() => {
  const { apps } = currentSession();
  return apps.find((app) => app === kept.value) ?? apps[0] ?? "";
});

export const chooseApp = (app: string): void => {
  kept.value = app;
};
