import { maxKeptCharacters } from "#core/answer/answer-bounds.ts";
import type { AnswerEnding, AnswerSink, Delivery } from "#core/answer/answer-sink.ts";
import type { Clock } from "#core/shared/clock.ts";
import { hashOf } from "#core/shared/text-hash.ts";
import { endOfChunks } from "./chunk-plan.ts";
import { sendAtNextNumber } from "./close-open-message.ts";
import type { DeliveryLease, ImMessages, MessageRoute, OpenMessage, SentText } from "./im-messages.ts";
import { retryUntilAccepted } from "./retry.ts";
import { keepAliveMs, type StreamDelivery } from "./stream-delivery.ts";

export interface ContinuedDeliveryPorts {
  readonly im: Pick<ImMessages, "sendChunk">;
  readonly clock: Clock;
  readonly deliverStream: StreamDelivery;
  /** How long a call is retried before the answer counts as undeliverable, in milliseconds. */
  readonly maxRetryMs: number;
}

/** A stream message whose worker died, and whose text is known by its length and hash. */
export interface ContinuableMessage extends OpenMessage {
  readonly sent: SentText;
}

export const isContinuable = (open: OpenMessage | undefined): open is ContinuableMessage =>
  open?.sent !== undefined;

export interface ContinuedSink extends AnswerSink {
  /** The answer begins again in another message. Call it before any text. Resolves with the message to close. */
  restart(): Promise<OpenMessage>;
}

/** What the IM has of the message. */
type Found =
  /** It is open. `sent.chunks` is known, unless a reply was lost: then nobody knows how much of the text it has. */
  | { readonly status: "open"; readonly open: OpenMessage }
  /** The IM has ended it. */
  | { readonly status: "ended" }
  /** The earlier worker had sent the whole answer. */
  | { readonly status: "closed" }
  | { readonly status: "failed"; readonly reason: string };

/** Where the text that the user has ends in `text`; "more": `text` is too short to tell; undefined: it is another text. */
const endOfSent = (text: string, { length, hash, plan, chunks }: SentText): number | "more" | undefined => {
  if (text.length < length) return "more";
  if (hashOf(text.slice(0, length)) !== hash) return undefined;
  return endOfChunks(text, length, plan, chunks ?? 0) ?? "more";
};

/**
 * Continues the stream message of a worker that died. The sink gets the whole answer from its beginning and sends only the
 * rest. At first an empty chunk finds the message's next number: it shows how many chunks the IM has, and their plan shows how
 * much text they had. If the answer does not begin with the text that was sent, it replaces it.
 */
export const makeContinuedDelivery =
  ({ im, clock, deliverStream, maxRetryMs }: ContinuedDeliveryPorts) =>
  (route: MessageRoute, lease: DeliveryLease, earlier: ContinuableMessage): ContinuedSink => {
    const gaveUp = new AbortController();
    const full = new AbortController();
    /** Aborted when `rest` is set, or nothing more is sent. */
    const located = new AbortController();
    /** The answer so far, until it is known where the rest begins. */
    let text = "";
    let rest: AnswerSink | undefined;
    /** Undefined while a call to the IM is in flight. */
    let found: Found | undefined;

    const until = (): number => Math.min(clock.now() + maxRetryMs, lease.deliverBy);

    const find = async (): Promise<Found> => {
      const { messageUID, seq, sent } = earlier;
      if (!lease.isHeld()) return { status: "failed", reason: "abandoned" };
      // If this worker dies too, the next cannot tell the empty chunk from those with text.
      await lease.saveOpen?.({ messageUID, seq });
      const number = await sendAtNextNumber((chunk) => im.sendChunk(route, chunk), earlier, {
        clock,
        completeReason: undefined,
        until,
      });
      switch (number.status) {
        case "accepted": {
          const chunks = sent.chunks ?? number.seq - 1 - seq;
          const open: OpenMessage = { messageUID, seq: number.seq };
          if (!number.isCertain) return { status: "open", open };
          const continuable = { ...open, sent: { ...sent, chunks } };
          if (!located.signal.aborted) await lease.saveOpen?.(continuable);
          return { status: "open", open: continuable };
        }
        case "ended":
          return { status: "ended" };
        case "refused":
          return { status: "closed" };
      }
    };

    const setRest = (sink: AnswerSink): AnswerSink => {
      located.abort();
      rest = sink;
      sink.gaveUp.addEventListener("abort", () => gaveUp.abort(), { once: true });
      sink.full?.addEventListener("abort", () => full.abort(), { once: true });
      return sink;
    };
    const restAfter = (sentText: string, open: OpenMessage | undefined): AnswerSink =>
      setRest(deliverStream(route, lease, { text: sentText, open }));

    /** Sends the rest if it is known where it begins. `isWhole`: no more text will come. */
    const sendRest = (isWhole: boolean): void | Promise<void> => {
      if (rest || !found || text === "" || !(found.status === "open" || found.status === "ended"))
        return undefined;
      const open = found.status === "open" ? found.open : undefined;
      // The IM ends a message after a long silence. By then the checkpoint has all of its text.
      const sent = open ? open.sent : earlier.sent;
      const end = sent && endOfSent(text, sent);
      if (end === "more" && !isWhole) return undefined;
      if (typeof end !== "number") return restAfter("", open).replace(text);
      const sink = restAfter(text.slice(0, end), open);
      return end === text.length ? undefined : sink.delta(text.slice(end));
    };

    /** Awaited before the message is closed. */
    let calling: Promise<void> = Promise.resolve();
    const call = (work: () => Promise<Found>): Promise<void> => {
      found = undefined;
      calling = work()
        .catch((error: unknown): Found => ({ status: "failed", reason: String(error) }))
        .then((result) => {
          found = result;
          if (result.status === "failed") gaveUp.abort();
          // The promise is for callers that send text.
          sendRest(false);
        });
      return calling;
    };

    const keepAlive = async (): Promise<void> => {
      while (found?.status === "open") {
        const { open } = found;
        await clock.sleep(keepAliveMs, located.signal);
        if (located.signal.aborted || !lease.isHeld()) return;
        const next = { ...open, seq: open.seq + 1 };
        const chunk = { seq: next.seq, text: "", messageUID: open.messageUID, completeReason: undefined };
        await call(() =>
          retryUntilAccepted(() => im.sendChunk(route, chunk), { clock, until: until() }).then(
            () => ({ status: "open", open: next }),
            // The rest is sent in another message.
            () => ({ status: "ended" }),
          ),
        );
      }
    };
    call(find).then(keepAlive);

    const endWithoutRest = async (ending: AnswerEnding): Promise<Delivery> => {
      if (found?.status === "failed") return { status: "undelivered", reason: found.reason };
      if (found?.status === "closed") return { status: "delivered" };
      return restAfter("", found?.status === "open" ? found.open : undefined).end(ending);
    };

    return {
      gaveUp: gaveUp.signal,
      full: full.signal,
      delta: (more) => {
        if (rest) return rest.delta(more);
        if (full.signal.aborted) return undefined;
        text += more;
        if (text.length > maxKeptCharacters) full.abort();
        return sendRest(false);
      },
      replace: (whole) => {
        if (rest) return rest.replace(whole);
        text = whole;
        return sendRest(false);
      },
      end: async (ending) => {
        if (!rest && ending.status === "abandoned") {
          located.abort();
          return { status: "undelivered", reason: "abandoned" };
        }
        if (ending.status === "stopped" && ending.dropsRest) text = "";
        if (!rest) await calling;
        if (!rest) await sendRest(ending.status === "complete" || ending.status === "truncated");
        return rest ? rest.end(ending) : endWithoutRest(ending);
      },
      restart: async () => {
        setRest(deliverStream(route, lease));
        await calling;
        return found?.status === "open" ? found.open : earlier;
      },
    };
  };
