import { useEffect } from "preact/hooks";
import type { Loaded } from "../../ui/use-loaded.ts";

const refreshMs = 3_000;

/** Loads again some seconds after each load, while `isOn` and the page is visible. */
export const useRefresh = (state: Loaded<unknown>["state"], reload: () => void, isOn: boolean): void => {
  useEffect(() => {
    if (!isOn || state === "loading") return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const schedule = (): void => {
      clearTimeout(timer);
      if (document.visibilityState === "visible") timer = setTimeout(reload, refreshMs);
    };
    schedule();
    document.addEventListener("visibilitychange", schedule);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", schedule);
    };
  }, [state, reload, isOn]);
};
