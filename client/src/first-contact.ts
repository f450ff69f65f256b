import { linkAbort } from "./abort.ts";
import type { Clock } from "./clock.ts";
import { type Contact, unreachable } from "./contact.ts";
import type { Transport } from "./transport.ts";

/** Watches one call, with its retries. */
export interface ContactWatch {
  /** The caller's signal; also aborts with BotError `unreachable` if there is no reply within 5 s of `begin`. */
  readonly signal: AbortSignal | undefined;
  /** To be called when the first request is sent. */
  readonly begin: () => void;
  /** To be called at the end of the call. */
  readonly end: () => void;
}

/** Limits calls that never reached anything: most likely the URL is wrong. */
export type WatchContact = (signal: AbortSignal | undefined) => ContactWatch;

export interface FirstContactPorts {
  readonly contact: Contact;
  readonly transport: Transport;
  readonly clock: Clock;
}

/** In milliseconds after the first request. */
export const probeAfterMs = 1_500;
/** After the probe; 5 s in all. */
export const giveUpAfterMs = 3_500;

export const makeWatchContact =
  ({ contact, transport, clock }: FirstContactPorts): WatchContact =>
  (signal) => {
    if (contact.isReached) return { signal, begin: () => {}, end: () => {} };
    const watched = linkAbort(signal);
    const ended = new AbortController();
    let hasBegun = false;

    /**
     * A bridge may take longer than 5 s to reply: another turn is in progress in the conversation, or `fetch` resolves at
     * the answer's end (React Native). This call, without a token, is rejected at once, which shows that it is there.
     */
    const probe = async (): Promise<void> => {
      const reply = await transport({
        url: `${contact.url}/v1/bots/-/conversation`,
        init: { credentials: "omit", cache: "no-store" },
        signal: ended.signal,
      });
      reply.close();
    };

    const isOver = (): boolean => contact.isReached || ended.signal.aborted;
    const watch = async (): Promise<void> => {
      await clock.sleep(probeAfterMs, ended.signal);
      if (isOver()) return;
      // If it fails, so will the call.
      probe().catch(() => {});
      await clock.sleep(giveUpAfterMs, ended.signal);
      if (!isOver()) watched.abort(unreachable(contact));
    };

    return {
      signal: watched.signal,
      begin: () => {
        if (!hasBegun) void watch();
        hasBegun = true;
      },
      end: () => {
        watched.unlink();
        ended.abort();
      },
    };
  };
