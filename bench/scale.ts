import { BridgeError } from "../functions/core/errors.ts";
import type { ImMessages } from "../functions/core/im-messages.ts";
import { makeStreamDelivery } from "../functions/core/stream-delivery.ts";
import { makeTestClock } from "../test/support/test-clock.ts";

// What one app's users see as more of them ask at once, where the IM takes 100 stream calls a second of an app: the bridge's
// own delivery, a minute of its clock, an IM that refuses what is more by 429. docs/scale.md has what it says.

const callsPerSecond = 100;
const callMs = 30;
const arrivalsMs = 60_000;
/** An answer: a piece of text every 250 ms, for ten seconds. */
const pieces = 40;
const pieceMs = 250;
const { beatMs, patienceMs } = { beatMs: 200, patienceMs: 120_000 };

/** The same each time (a linear congruence, Numerical Recipes). */
let seed = 1;
const random = (): number => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};

const percentile = (values: readonly number[], part: number): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length * part)] ?? 0;

const simulate = async (turnsPerSecond: number) => {
  const clock = makeTestClock(0);
  let tokens = callsPerSecond;
  let filledAt = 0;
  let calls = 0;
  let refused = 0;
  let messages = 0;
  const firstTextMs: number[] = [];
  const waitedMs: number[] = [];
  const endMs: number[] = [];
  let delivered = 0;

  const mayCall = (): boolean => {
    const now = clock.now();
    tokens = Math.min(callsPerSecond, tokens + ((now - filledAt) * callsPerSecond) / 1000);
    filledAt = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };

  /** The text of an answer says when each piece came, so that each call tells how long its oldest has waited. */
  const imOf = (began: number): Pick<ImMessages, "sendChunk" | "sendText"> => ({
    sendChunk: async (_route, { text, messageUID }) => {
      calls += 1;
      const isTaken = mayCall();
      if (!isTaken) refused += 1;
      await clock.sleep(callMs);
      if (!isTaken) throw new BridgeError("rate_limited", "HTTP 429", { retryable: true });
      const came = Number.parseInt(text, 10);
      if (messageUID === undefined) firstTextMs.push(clock.now() - began);
      if (!Number.isNaN(came)) waitedMs.push(clock.now() - came);
      messages += messageUID === undefined ? 1 : 0;
      return messageUID ?? `m${messages}`;
    },
    sendText: async () => {},
  });

  const answer = async (at: number): Promise<void> => {
    await clock.sleep(at);
    const began = clock.now();
    const deliver = makeStreamDelivery({ im: imOf(began), clock, beatMs, patienceMs });
    const sink = deliver(
      { appKey: "app", fromUserId: "bot", channelType: "PERSON", targetId: "user" },
      { deliverBy: began + 900_000, isOurs: () => true, onOpen: () => {} },
    );
    for (let n = 0; n < pieces; n += 1) {
      await sink.delta(`${clock.now()} `);
      await clock.sleep(pieceMs);
    }
    const ended = clock.now();
    const { status } = await sink.end({ status: "complete" });
    endMs.push(clock.now() - ended);
    if (status === "delivered") delivered += 1;
  };

  const turns = Math.round((turnsPerSecond * arrivalsMs) / 1000);
  // People ask at any time: at even distances calls would fall in with the IM's count.
  const all = Promise.all(Array.from({ length: turns }, () => answer(random() * arrivalsMs)));
  await clock.advance(arrivalsMs + 300_000);
  await all;
  return { turns, calls, refused, delivered, firstTextMs, waitedMs, endMs };
};

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

console.log(
  "turns/s | at once | calls/turn | refused | first text p50, p95 | text waits p50, p95 | end p95 | whole",
);
for (const turnsPerSecond of [1, 5, 10, 20, 30]) {
  const { turns, calls, refused, delivered, firstTextMs, waitedMs, endMs } = await simulate(turnsPerSecond);
  const row = [
    turnsPerSecond,
    (turnsPerSecond * pieces * pieceMs) / 1000,
    ((calls - refused) / turns).toFixed(1),
    `${((100 * refused) / calls).toFixed(0)} %`,
    `${seconds(percentile(firstTextMs, 0.5))}, ${seconds(percentile(firstTextMs, 0.95))}`,
    `${seconds(percentile(waitedMs, 0.5))}, ${seconds(percentile(waitedMs, 0.95))}`,
    seconds(percentile(endMs, 0.95)),
    `${delivered} of ${turns}`,
  ];
  console.log(row.join(" | "));
}
