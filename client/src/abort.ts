/**
 * Aborting with a reason. React Native's AbortSignal has no `reason`, no `any` and no `throwIfAborted`, so nothing here
 * depends on them.
 */
const reasons = new WeakMap<AbortSignal, unknown>();

const newAbortError = (): Error =>
  Object.assign(new Error("this operation was aborted"), { name: "AbortError" });

export const reasonOf = (signal: AbortSignal): unknown =>
  reasons.get(signal) ?? signal.reason ?? newAbortError();

/** @throws the signal's reason if it has aborted. */
export const throwIfAborted = (signal: AbortSignal | undefined): void => {
  if (signal?.aborted) throw reasonOf(signal);
};

export interface LinkedAbort {
  readonly signal: AbortSignal;
  readonly abort: (reason?: unknown) => void;
  /** Stops following the other signals. */
  readonly unlink: () => void;
}

/** A signal that follows the given ones, and can also be aborted by itself. */
export const linkAbort = (...followed: readonly (AbortSignal | undefined)[]): LinkedAbort => {
  const controller = new AbortController();
  const abort = (reason: unknown = newAbortError()): void => {
    if (controller.signal.aborted) return;
    reasons.set(controller.signal, reason);
    controller.abort(reason);
  };
  const unlinks = followed.flatMap((signal) => {
    if (!signal) return [];
    const follow = (): void => abort(reasonOf(signal));
    if (signal.aborted) follow();
    signal.addEventListener("abort", follow);
    return [() => signal.removeEventListener("abort", follow)];
  });
  return {
    signal: controller.signal,
    abort,
    unlink: () => {
      for (const unlink of unlinks) unlink();
    },
  };
};
