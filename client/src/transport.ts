import { BotError } from "./bot-error.ts";
import type { Clock } from "./clock.ts";

/** The part of the global `fetch` that the client uses. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface TransportPorts {
  readonly fetch: Fetch;
  readonly clock: Clock;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /**
   * The body's chunks as they arrive. Leaving the loop early closes the connection.
   * @throws as the transport does.
   */
  readonly body: AsyncIterable<Uint8Array>;
  /** Closes the connection, if the body is not read to its end. */
  readonly close: () => void;
}

/**
 * Makes one HTTP exchange with the given `fetch`.
 * @throws BotError `unreachable`, `broken_off` or `silent`, all retryable; the signal's reason once it aborts.
 */
export type Transport = (url: string, init: RequestInit, signal: AbortSignal | undefined) => Promise<Reply>;

/** The bridge sends heartbeats every 10 s: after three missed ones, the connection counts as dead. */
const maxSilenceMs = 30_000;

export const makeTransport =
  ({ fetch, clock }: TransportPorts): Transport =>
  async (url, init, signal) => {
    signal?.throwIfAborted();
    const connection = new AbortController();
    const abort = (): void => connection.abort(signal?.reason);
    signal?.addEventListener("abort", abort);
    const close = (): void => {
      signal?.removeEventListener("abort", abort);
      connection.abort();
    };

    /** Waits for the server's next step, at most 30 s. Silence counts only while the caller is waiting. */
    const withSilenceLimit = async <T>(step: Promise<T>, code: "unreachable" | "broken_off"): Promise<T> => {
      const settled = new AbortController();
      clock.sleep(maxSilenceMs, settled.signal).then(() => {
        if (settled.signal.aborted) return;
        connection.abort(new BotError("no data for 30 s", { code: "silent", retryable: true }));
      });
      try {
        return await step;
      } catch (cause) {
        const reason: unknown = connection.signal.reason;
        const isAborted = connection.signal.aborted;
        close();
        throw isAborted
          ? reason
          : new BotError(`connection failed: ${code}`, { code, retryable: true, cause });
      } finally {
        settled.abort();
      }
    };

    const response = await withSilenceLimit(
      fetch(url, { ...init, signal: connection.signal }),
      "unreachable",
    );
    return {
      status: response.status,
      headers: response.headers,
      close,
      body: (async function* () {
        const reader = response.body?.getReader();
        try {
          for (;;) {
            const piece = reader && (await withSilenceLimit(reader.read(), "broken_off"));
            if (!piece || piece.done) return;
            yield piece.value;
          }
        } finally {
          close();
        }
      })(),
    };
  };
