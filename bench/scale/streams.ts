import type { ImMessages, MessageRoute } from "#core/im/im-messages.ts";
import { makeStreamDelivery } from "#core/im/stream-delivery.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { answerLength, exponential, percentile, seededRandom } from "./random.ts";
import { makeSimClock } from "./sim-clock.ts";

export interface StreamsResult {
  /** Maximum number of concurrent answers. */
  readonly peakConcurrency: number;
  /** In seconds: from Dify's first text to its acceptance by the IM, and from Dify's end to the end in the IM. */
  readonly firstP95: number;
  readonly endP95: number;
  /** Mean time between two chunks of a stream, in seconds. */
  readonly chunkInterval: number;
  /** Share of all calls. */
  readonly throttledShare: number;
  /** Number of answers that were not delivered within `maxRetryMs`. */
  readonly undelivered: number;
}

const answerSeconds = 11;
const simulatedSeconds = 300;
/** Rate limit and burst of an app (docs/spec/rongcloud.md). */
export const callsPerSecond = 100;
const callMs = 40;
/** The value of functions/core/shared/slots.ts. */
const countLifeMs = 8_000;
/** The value of functions/turn-worker/receiver-for.ts. */
const maxRetryMs = 120_000;
/** Interval of Dify's deltas. */
const deltaMs = 100;

const route: MessageRoute = {
  appKey: "app-one",
  fromUserId: "bot-one",
  targetId: "user-one",
  channelType: "PERSON",
};

/** Simulates the turns of one app with the production delivery code, at an IM that accepts 100 calls a second. */
export const simulateStreams = async (
  turnsPerSecond: number,
  intervalMs: (answers: number) => number,
): Promise<StreamsResult> => {
  const clock = makeSimClock();
  const random = seededRandom(13);
  let [tokens, filledAt, calls, throttled, accepted, running, peakRunning, undelivered] = [
    callsPerSecond,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
  ];
  const firsts: number[] = [];
  const ends: number[] = [];
  let streamedMs = 0;

  /** The default, or what this many turns need. */
  const slotsPerApp = Math.max(75, 15 * turnsPerSecond);
  const records = Math.ceil(slotsPerApp / 16);
  /** As functions/adapters/dynamodb/slots-table.ts estimates it: from the others in one record of 16 slots. */
  const estimate = (): number => {
    const others = Array.from({ length: running - 1 }).filter(() => random() < 1 / records).length;
    return (others + 1) * records;
  };

  const takeToken = (): boolean => {
    tokens = Math.min(callsPerSecond, tokens + ((clock.now() - filledAt) / 1000) * callsPerSecond);
    filledAt = clock.now();
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
  const call = async (): Promise<void> => {
    calls += 1;
    const isAccepted = takeToken();
    await clock.sleep(callMs);
    if (isAccepted) return;
    throttled += 1;
    throw new BridgeError("rate_limited", "too many calls", { retryable: true });
  };

  const runTurn = async (): Promise<void> => {
    running += 1;
    peakRunning = Math.max(peakRunning, running);
    const startedAt = clock.now();
    let firstAccepted: number | undefined;
    let known = { answers: estimate(), at: startedAt };
    const answersInProgress = (): number => {
      if (clock.now() - known.at >= countLifeMs) known = { answers: estimate(), at: clock.now() };
      return known.answers;
    };
    const im: Pick<ImMessages, "sendChunk" | "sendText"> = {
      sendChunk: async (_route, { messageUID }) => {
        await call();
        accepted += 1;
        firstAccepted ??= clock.now();
        return messageUID ?? `m-${calls}`;
      },
      sendText: call,
    };
    const sink = makeStreamDelivery({ im, clock, intervalMs, maxRetryMs })(route, {
      isHeld: () => true,
      onOpen: () => {},
      answersInProgress,
      deliverBy: Number.POSITIVE_INFINITY,
    });
    const endsAt = startedAt + answerLength(random, answerSeconds) * 1000;
    while (clock.now() < endsAt) {
      await sink.delta("some words ");
      await clock.sleep(deltaMs);
    }
    const endedAt = clock.now();
    const { status } = await sink.end({ status: "complete" });
    if (status === "undelivered") undelivered += 1;
    if (firstAccepted !== undefined) firsts.push((firstAccepted - startedAt) / 1000);
    ends.push((clock.now() - endedAt) / 1000);
    streamedMs += clock.now() - startedAt;
    running -= 1;
  };

  const arrive = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(exponential(random, 1000 / turnsPerSecond));
      if (clock.now() > simulatedSeconds * 1000) return;
      runTurn();
    }
  };
  arrive();
  await clock.run((simulatedSeconds + 300) * 1000);
  return {
    peakConcurrency: peakRunning,
    firstP95: percentile(firsts, 0.95),
    endP95: percentile(ends, 0.95),
    chunkInterval: streamedMs / 1000 / Math.max(1, accepted),
    throttledShare: throttled / calls,
    undelivered,
  };
};
