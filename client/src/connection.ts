import { linkAbort, reasonOf, throwIfAborted } from "./abort.ts";
import { BotError } from "./bot-error.ts";
import type { Clock } from "./clock.ts";
import type { Contact } from "./contact.ts";
import { unlessAborted } from "./unless-aborted.ts";

/** One HTTP exchange, which ends when its server is silent for too long. */
export interface Connection {
  /** For `fetch`. */
  readonly signal: AbortSignal;
  /**
   * Waits for the server's next step, at most `limitMs`. Silence counts only while the caller is waiting.
   * @throws BotError `silent`; that of `toError` if the step fails; the caller's reason once its signal aborts. The
   * connection is then closed.
   */
  readonly next: <T>(step: Promise<T>, limitMs: number, toError: (cause: unknown) => BotError) => Promise<T>;
  readonly close: () => void;
}

export interface ConnectionPorts {
  readonly clock: Clock;
  readonly contact: Contact;
}

/** The bridge sends heartbeats every 10 s: after three missed ones, the connection counts as dead. */
export const maxSilenceMs = 30_000;
/** The same where a body arrives only as a whole: a turn ends after 14 minutes at the latest. */
export const maxWholeMs = 15 * 60_000;

/** @throws the signal's reason if it has aborted. */
export const openConnection = (
  { clock, contact }: ConnectionPorts,
  signal: AbortSignal | undefined,
): Connection => {
  throwIfAborted(signal);
  const connection = linkAbort(signal);
  const close = (): void => {
    connection.unlink();
    connection.abort();
  };

  const abortAfter = async (limitMs: number, settled: AbortSignal): Promise<void> => {
    await clock.sleep(limitMs, settled);
    // React Native's `fetch` resolves when the whole body has arrived. Another reply may have shown so meanwhile.
    const isWhole = contact.hasStreams === false && limitMs < maxWholeMs;
    if (isWhole && !settled.aborted) await clock.sleep(maxWholeMs - limitMs, settled);
    if (settled.aborted) return;
    const seconds = (isWhole ? maxWholeMs : limitMs) / 1000;
    connection.abort(new BotError(`no data for ${seconds} s`, { code: "silent", retryable: true }));
  };

  return {
    signal: connection.signal,
    close,
    next: async (step, limitMs, toError) => {
      const settled = new AbortController();
      void abortAfter(limitMs, settled.signal);
      try {
        return await unlessAborted(step, connection.signal);
      } catch (cause) {
        const error = connection.signal.aborted ? reasonOf(connection.signal) : toError(cause);
        close();
        throw error;
      } finally {
        settled.abort();
      }
    },
  };
};
