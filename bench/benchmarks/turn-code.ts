import { makeBareRelay } from "../bare-relay.ts";
import { type AnswerTurn, makePipeline } from "../pipeline.ts";
import { startServers } from "../servers.ts";
import type { Effort, Measurement } from "../suite/measurement.ts";
import { atRate, interleaved, median, percentile } from "../suite/statistics.ts";

/**
 * The code of a turn alone, from Dify's socket to the IM's, without stores and queues: what it adds to the first text, to the
 * end and to the whole answer. The floor is a relay that only parses and forwards.
 */
const script = { deltas: 20, size: 8, firstMs: 50, paceMs: 10 };
/** The turn worker's interval. */
const minIntervalMs = 200;

interface TurnTimes {
  readonly firstMs: number;
  readonly endMs: number;
  readonly wholeMs: number;
}

/** Per second, and for how many seconds. */
const roundsOf = {
  quick: [[20, 1.5]],
  full: [
    [5, 10],
    [20, 8],
    [100, 5],
    [200, 5],
  ],
} as const satisfies Record<Effort, readonly (readonly [rate: number, seconds: number])[]>;

export const measure = async (effort: Effort): Promise<readonly Measurement[]> => {
  const servers = await startServers();
  let users = 0;
  const timesOf = (answerTurn: AnswerTurn) => async (): Promise<TurnTimes> => {
    users += 1;
    const user = `user-${users}`;
    const startedAt = performance.now();
    const [seen] = await Promise.all([servers.waitForTurn(user), answerTurn(user, script)]);
    if (seen.length !== script.deltas * script.size) throw new Error("part of the answer is missing");
    return { firstMs: seen.firstMs, endMs: seen.endMs, wholeMs: performance.now() - startedAt };
  };
  const relay = timesOf(makeBareRelay(servers, minIntervalMs));
  const bridge = timesOf(makePipeline(servers, minIntervalMs));

  const measured: Measurement[] = [];
  for (const [rate, seconds] of roundsOf[effort]) {
    const count = rate * seconds;
    const rounds = await interleaved(
      effort === "quick" ? 1 : 3,
      () => atRate(rate, count, bridge),
      () => atRate(rate, count, relay),
    );
    const ours = rounds.flatMap((round) => round.ours);
    const wholeOf = (times: readonly TurnTimes[]) => median(times.map(({ wholeMs }) => wholeMs));
    const ratio = median(rounds.map((round) => wholeOf(round.ours) / wholeOf(round.floor)));
    const at = (share: number, of: keyof TurnTimes) =>
      percentile(
        ours.map((each) => each[of]),
        share,
      );
    measured.push(
      { name: `first text, ${rate}/s, p50`, value: at(0.5, "firstMs"), unit: "ms", max: 2 },
      { name: `first text, ${rate}/s, p95`, value: at(0.95, "firstMs"), unit: "ms", max: 5 },
      { name: `first text, ${rate}/s, p99`, value: at(0.99, "firstMs"), unit: "ms" },
      { name: `end, ${rate}/s, p50`, value: at(0.5, "endMs"), unit: "ms", max: 5 },
      { name: `end, ${rate}/s, p95`, value: at(0.95, "endMs"), unit: "ms", max: 15 },
      { name: `whole answer against the relay, ${rate}/s`, value: ratio, unit: "×", max: 1.05 },
    );
  }
  servers.close();
  return measured;
};
