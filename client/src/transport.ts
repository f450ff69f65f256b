import { BotError } from "./bot-error.ts";
import type { Clock } from "./clock.ts";

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface TransportPorts {
  readonly fetch: Fetch;
  readonly clock: Clock;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** The body's pieces as they arrive. Leaving the loop early closes the connection. @throws as the transport does. */
  readonly body: AsyncIterable<Uint8Array>;
  /** For whoever does not read the body to its end. */
  readonly close: () => void;
}

/**
 * One HTTP exchange, over whatever `fetch` it is given.
 * @throws BotError `unreachable`, `broken_off` or `silent`, all of them retryable; the signal's reason once it aborts.
 */
export type Transport = (url: string, init: RequestInit, signal: AbortSignal | undefined) => Promise<Reply>;

/** The bridge's heartbeats come every 10 s: three of them lost, and the connection is as good as dead. */
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

    /** What the other side is to do next. While nobody waits for it, its silence is not held against it. */
    const withSilenceLimit = async <T>(step: Promise<T>, code: "unreachable" | "broken_off"): Promise<T> => {
      const settled = new AbortController();
      clock.sleep(maxSilenceMs, settled.signal).then(() => {
        if (settled.signal.aborted) return;
        connection.abort(new BotError("nothing came for 30 s", { code: "silent", retryable: true }));
      });
      try {
        return await step;
      } catch (cause) {
        const reason: unknown = connection.signal.reason;
        const isAborted = connection.signal.aborted;
        close();
        throw isAborted
          ? reason
          : new BotError(`the connection failed: ${code}`, { code, retryable: true, cause });
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
