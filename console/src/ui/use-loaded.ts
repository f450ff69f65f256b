import { useSignal } from "@preact/signals";
import { useCallback, useEffect } from "preact/hooks";

export type Loaded<T> =
  | { readonly state: "loading"; readonly last: T | undefined }
  | { readonly state: "failed"; readonly error: unknown; readonly last: T | undefined }
  | { readonly state: "ready"; readonly value: T; readonly last: T };

/**
 * Loads a value when the component is first shown, again whenever one of `inputs` changes, and on `reload`. A load that another one
 * replaces is aborted. `last` is the latest value, which a page can show while it loads the next.
 */
export const useLoaded = <T>(
  load: (signal: AbortSignal) => Promise<T>,
  inputs: readonly unknown[],
): readonly [Loaded<T>, () => void] => {
  const loaded = useSignal<Loaded<T>>({ state: "loading", last: undefined });
  const round = useSignal(0);
  useEffect(() => {
    const { last } = loaded.peek();
    const controller = new AbortController();
    loaded.value = { state: "loading", last };
    load(controller.signal).then(
      (value) => {
        if (!controller.signal.aborted) loaded.value = { state: "ready", value, last: value };
      },
      (error: unknown) => {
        if (!controller.signal.aborted) loaded.value = { state: "failed", error, last };
      },
    );
    return () => controller.abort();
  }, [...inputs, round.value]);
  const reload = useCallback(() => {
    round.value += 1;
  }, []);
  return [loaded.value, reload];
};
