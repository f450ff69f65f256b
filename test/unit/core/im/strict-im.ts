import type { ImMessages, MessageRoute, OpenMessage, StreamChunk } from "#core/im/im-messages.ts";
import { makeStreamDelivery } from "#core/im/stream-delivery.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { makeTestClock } from "../../../support/test-clock.ts";

export const route: MessageRoute = { appKey: "a", fromUserId: "bot", channelType: "PERSON", targetId: "u7" };
export const minIntervalMs = 200;
export const maxRetryMs = 45_000;

/** What happens to a call: it is accepted, accepted without a reply, or rejected. */
export type Fault = "reply lost" | "lost on its way" | BridgeError;

export const throttled = (retryAfterMs?: number): BridgeError =>
  new BridgeError("rate_limited", "429", { retryable: true, retryAfterMs });
const noReply = new BridgeError("upstream_timeout", "timeout", { retryable: true, uncertain: true });
const streamEnded = new BridgeError("stream_ended", "29003");
const refused = (reason: string): BridgeError => new BridgeError("upstream_refused", reason);

const maxBytes = 128 * 1024;
const silenceMs = 30_000;

interface Shown {
  text: string;
  seq: number;
  lastAt: number;
  completeReason: number | undefined;
}

/** An IM as strict as RongCloud: `seq` without a gap, 128 KB a message, and 30 s of silence end it. */
export const setUpStrictIm = (
  fault: (call: number) => Fault | undefined = () => undefined,
  { endsAfterMs = Number.POSITIVE_INFINITY } = {},
) => {
  const clock = makeTestClock();
  const start = clock.now();
  const streams = new Map<string, Shown>();
  const sentTexts: string[] = [];
  const callTimes: number[] = [];
  const notes: (OpenMessage | undefined)[] = [];
  const lease = { ours: true };
  let calls = 0;

  const take = ({ seq, text, messageUID, completeReason }: StreamChunk): string => {
    const name = messageUID ?? `m${streams.size + 1}`;
    const message = streams.get(name) ?? { text: "", seq: 0, lastAt: clock.now(), completeReason: undefined };
    if (message.completeReason !== undefined) throw refused("no such open message");
    if (clock.now() - message.lastAt > silenceMs) throw streamEnded;
    if (seq !== message.seq + 1) throw refused(`seq must be ${message.seq + 1}`);
    if (Buffer.byteLength(message.text + text) > maxBytes) throw refused("too long");
    streams.set(name, { text: message.text + text, seq, lastAt: clock.now(), completeReason });
    return name;
  };

  const answer = async <T>(take: () => T): Promise<T> => {
    calls += 1;
    callTimes.push(clock.now() - start);
    const given = fault(calls);
    if (given instanceof BridgeError) throw given;
    if (given === "lost on its way") throw noReply;
    const result = take();
    if (given === "reply lost") throw noReply;
    return result;
  };

  const im: Pick<ImMessages, "sendChunk" | "sendText"> = {
    sendChunk: (_route, chunk) => answer(() => take(chunk)),
    sendText: (_route, text) => answer(() => void sentTexts.push(text)),
  };
  const sink = makeStreamDelivery({ im, clock, intervalMs: () => minIntervalMs, maxRetryMs })(route, {
    isHeld: () => lease.ours,
    onOpen: (open) => void notes.push(open),
    deliverBy: start + endsAfterMs,
  });
  return {
    sink,
    im,
    clock,
    lease,
    notes,
    sentTexts,
    callTimes,
    streams: () => [...streams.values()].map(({ text, completeReason }) => ({ text, completeReason })),
    plant: (name: string, shown: Partial<Shown>) =>
      void streams.set(name, { text: "", seq: 0, lastAt: clock.now(), completeReason: undefined, ...shown }),
    start,
    /** Ends the answer and lets all of it arrive. */
    end: async () => {
      const delivered = sink.end({ status: "complete" });
      await clock.advance(120_000);
      return delivered;
    },
  };
};
