import { setTimeout as delay } from "node:timers/promises";

/** Retries until it does not throw: for asynchronous work in another process. */
export const eventually = async <T>(check: () => T | Promise<T>, patienceMs = 15_000): Promise<T> => {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(20);
    }
  }
};
