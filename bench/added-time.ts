import { makeBareRelay } from "./bare-relay.ts";
import { medianOf, runs } from "./median.ts";
import { startPeers } from "./peers.ts";
import { type AnswerTurn, makePipeline } from "./pipeline.ts";

/**
 * Measures the time that the bridge adds to the first text: from when Dify writes it until the first chunk reaches the
 * IM, over real sockets. Compares it with a bare relay over as many turns in the same run.
 */
const goalMs = 10;
const turns = 300;
/** Short answers: only the first text is measured. */
const script = { deltas: 3, size: 8, paceMs: 10 };
const minIntervalMs = 10;

const peers = await startPeers();
let users = 0;
const firstMs = (answerTurn: AnswerTurn) => async (): Promise<number> => {
  users += 1;
  const user = `user-${users}`;
  const [seen] = await Promise.all([peers.waitForTurn(user), answerTurn(user, script)]);
  return seen.firstMs;
};

const relay = firstMs(makeBareRelay(peers, minIntervalMs));
const bridge = firstMs(makePipeline(peers, minIntervalMs));
// Both warm up before both are measured, so that neither pays for the peers' warm-up.
await medianOf(relay, runs);
await medianOf(bridge, runs);
const floor = await medianOf(relay, turns);
const ours = await medianOf(bridge, turns);
console.log(
  `Dify's first text to the user's first chunk, median of ${turns} turns: bridge ${ours.toFixed(2)} ms ` +
    `(goal: under ${goalMs} ms), bare relay ${floor.toFixed(2)} ms`,
);
peers.close();
